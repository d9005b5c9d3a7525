package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Does what the tutorials tell a newcomer to do, in a shell, one step after the other, and
/// compares the words of what is printed.
@Tag("long")
final class TutorialsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir Path directory;

    /// Lines for a shell, and what the document says that they print, if it does.
    private record Step(List<String> lines, @Nullable List<String> output) {}

    @Test
    void fromNothingToAnAnswer() throws Exception {
        assumeTrue(isOnPath("bash"), "bash is not installed");
        List<Step> steps = steps("docs/tutorial.md", "# From nothing to an answer");
        assertThat(steps).hasSizeGreaterThan(6);
        follow(steps);
        assertThat(directory.resolve("mine.yaml")).isRegularFile();
    }

    @Test
    void aFirstRecording() throws Exception {
        for (String tool : List.of("bash", "sqlite3", "qemu-x86_64", "cc")) {
            assumeTrue(isOnPath(tool), tool + " is not installed");
        }
        List<Step> steps = steps("docs/recording.md", "## A first recording");
        assertThat(steps).hasSizeGreaterThan(4);
        follow(steps);
        assertThat(directory.resolve("sqlite3.gpt")).isRegularFile();
    }

    private void follow(List<Step> steps) throws IOException, InterruptedException {
        makeLauncher();
        for (Step step : steps) {
            List<String> printed = run(String.join("\n", step.lines));
            if (step.output != null) {
                assertThat(
                                new DocumentedOutput(withoutBars(step.output))
                                        .differsInForm(withoutBars(printed)))
                        .as("%s%n%s", step.lines, String.join("\n", printed))
                        .isEmpty();
            }
        }
    }

    /// Of a chapter of a document: up to the next heading of its level, or to the end.
    private static List<Step> steps(String document, String chapter) throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve(document));
        String next = chapter.replaceFirst(" .*", " ");
        List<Step> steps = new ArrayList<>();
        for (int i = lines.indexOf(chapter) + 1;
                i < lines.size() && !lines.get(i).startsWith(next);
                i++) {
            String fence = lines.get(i);
            if (!fence.startsWith("```")) {
                continue;
            }
            int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf("```");
            List<String> inside = lines.subList(i + 1, end);
            if (fence.equals("```sh")) {
                steps.add(new Step(inside, null));
            } else {
                steps.add(new Step(steps.removeLast().lines, inside));
            }
            i = end;
        }
        return steps;
    }

    /// A curve is drawn as high as it is.
    private static List<String> withoutBars(List<String> lines) {
        return lines.stream().map(line -> line.replaceAll("[▁▂▃▄▅▆▇█]+", "curve")).toList();
    }

    /// What `./gleaner` is in a checkout, of the classes that are tested.
    private void makeLauncher() throws IOException {
        Path launcher = directory.resolve("gleaner");
        String java = ProcessHandle.current().info().command().orElse("java");
        Files.writeString(
                launcher,
                ("#!/bin/sh\nexec '%s' --add-exports java.base/jdk.internal.vm=ALL-UNNAMED"
                                + " --enable-native-access=ALL-UNNAMED -Dgleaner.home='%s' -cp '%s'"
                                + " org.gleaner.cli.Gleaner \"$@\"\n")
                        .formatted(java, ROOT, System.getProperty("java.class.path")));
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
    }

    private List<String> run(String script) throws IOException, InterruptedException {
        ProcessBuilder shell =
                new ProcessBuilder("bash", "-e", "-c", script)
                        .directory(directory.toFile())
                        .redirectErrorStream(true);
        shell.environment().put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        shell.environment().put("LC_ALL", "C.UTF-8");
        Process process = shell.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s%n%s", script, said).isZero();
        return said.lines().toList();
    }

    private static boolean isOnPath(String tool) {
        String path = System.getenv().getOrDefault("PATH", "");
        Stream<String> directories = Arrays.stream(path.split(File.pathSeparator));
        return directories.anyMatch(each -> Files.isExecutable(Path.of(each, tool)));
    }
}
