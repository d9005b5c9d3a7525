package org.gleaner.bench.policy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a policy did in a Java of its own.
///
/// @param nanos that the policy took
record Timed(long misses, long nanos) {

    static Timed better(Timed one, Timed other) {
        if (one.misses != other.misses) {
            throw new IllegalStateException("misses differ from round to round");
        }
        return one.nanos <= other.nanos ? one : other;
    }

    /// One of ours.
    static Timed of(Path file, String policy, int frames) throws IOException {
        List<String> lines =
                output(
                        List.of(),
                        OnePolicy.class.getName(),
                        List.of(file.toString(), policy, Integer.toString(frames)));
        String[] words = lines.getLast().split(" ");
        return new Timed(Long.parseLong(words[0]), Long.parseLong(words[1]));
    }

    double millionsASecond(long accesses) {
        return 1e3 * accesses / nanos;
    }

    /// What a class prints that is run with this process's class path.
    static List<String> output(List<String> settings, String main, List<String> arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx3g",
                                "-cp",
                                System.getProperty("java.class.path")));
        command.addAll(settings);
        command.add(main);
        command.addAll(arguments);
        Process process =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .start();
        try {
            String text =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(main + " failed: " + text);
            }
            return text.lines().toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
