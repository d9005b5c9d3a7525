package org.gleaner.bench.speed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.bench.machine.MachineSpeed;
import org.gleaner.bench.parse.ParsingSpeed;
import org.gleaner.bench.policy.PolicySpeed;
import org.gleaner.bench.replay.ReplaySpeed;

/// Runs the measurements of speed one after the other and puts what they print between the markers
/// of `docs/speed.md`: `<!-- policies -->` to `<!-- /policies -->`, and so on. What stands around
/// them is left as it is.
///
/// Arguments: the document, and the names of the sections to measure (all unless given).
public final class SpeedTable {

    /// A measurement.
    ///
    /// @param markdown whether it prints Markdown; or else text in columns
    private record Section(String name, Class<?> measure, boolean markdown) {}

    private static final List<Section> SECTIONS =
            List.of(
                    new Section("policies", PolicySpeed.class, true),
                    new Section("replay", ReplaySpeed.class, false),
                    new Section("machine", MachineSpeed.class, false),
                    new Section("parsing", ParsingSpeed.class, true));

    private SpeedTable() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path document = Path.of(args[0]);
        List<String> asked = List.of(args).subList(1, args.length);
        for (Section section : SECTIONS) {
            if (asked.isEmpty() || asked.contains(section.name)) {
                String text = measured(section);
                Files.writeString(
                        document, replaced(Files.readString(document), section.name, text));
            }
        }
    }

    private static String measured(Section section) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--add-exports",
                        "java.base/jdk.internal.vm=ALL-UNNAMED",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseParallelGC",
                        "-Xmx3g",
                        "-Dgleaner.samples=" + System.getProperty("gleaner.samples", ""),
                        "-cp",
                        System.getProperty("java.class.path"),
                        section.measure.getName()));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("the measurement of " + section.name + " failed:\n" + text);
        }
        return section.markdown ? text : "```\n" + text + "```\n";
    }

    private static String replaced(String document, String name, String text) throws IOException {
        String begin = "<!-- " + name + " -->\n";
        String end = "<!-- /" + name + " -->";
        int from = document.indexOf(begin);
        int to = document.indexOf(end);
        if (from < 0 || to < from) {
            throw new IOException("the document has no markers " + begin.strip() + " and " + end);
        }
        return document.substring(0, from + begin.length()) + text + document.substring(to);
    }
}
