package org.gleaner.bench.policy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Runs a policy of Caffeine's simulator over a file of keys as its users do, in a Java of its own,
/// and takes its own word for how long the policy took.
final class PeerPolicy {

    private static final String MAIN = "com.github.benmanes.caffeine.cache.simulator.Simulator";

    private static final String SETTING = "-Dcaffeine.simulator.";

    private PeerPolicy() {}

    /// Whether the library is on the class path.
    static boolean isThere() {
        return PeerPolicy.class.getClassLoader().getResource(MAIN.replace('.', '/') + ".class")
                != null;
    }

    /// @param name the simulator's, such as `linked.Lru`
    static Timed run(Path file, String name, int frames) throws IOException {
        List<String> lines =
                Timed.output(
                        List.of(
                                SETTING + "maximum-size=" + frames,
                                SETTING + "files.format=cloud-physics",
                                SETTING + "files.paths.0=" + file,
                                SETTING + "admission.0=Always",
                                SETTING + "policies.0=" + name,
                                SETTING + "report.format=csv"),
                        MAIN,
                        List.of());
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i - 1).startsWith("Policy,")) {
                List<String> fields = List.of(lines.get(i - 1).split(","));
                String[] values = lines.get(i).split(",");
                return new Timed(
                        Long.parseLong(values[fields.indexOf("Misses")]),
                        1_000_000 * Long.parseLong(values[fields.indexOf("Time")]));
            }
        }
        throw new IOException("the simulator printed no result: " + lines);
    }
}
