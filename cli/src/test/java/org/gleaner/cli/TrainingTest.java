package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// In a process of its own, since its standard output ends.
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
@Tag("long")
final class TrainingTest {

    @TempDir Path directory;

    @Test
    void comesAfterTheAnswerAndKeepsNobodyWaitingForItsEnd() throws Exception {
        Process process =
                start("while [ ! -e seen ]; do sleep 0.05; done; echo trained >&2", "--version");
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).startsWith("gleaner ");
        assertThat(out.readLine()).isNull();
        Files.createFile(directory.resolve("seen"));
        assertThat(process.errorReader(StandardCharsets.UTF_8).readLine()).isEqualTo("trained");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void aCommandThatFailsTrainsNothing() throws Exception {
        Process process = start("echo trained >&2", "replay", "--no-such-option");
        assertThat(process.errorReader(StandardCharsets.UTF_8).readAllLines())
                .singleElement()
                .asString()
                .contains("no such option");
        assertThat(process.waitFor()).isEqualTo(ExitCodes.BAD_INPUT);
    }

    @Test
    void aSignalEndsIt() throws Exception {
        Process process = start("echo training >&2; exec sleep 100", "--version");
        BufferedReader err = process.errorReader(StandardCharsets.UTF_8);
        assertThat(err.readLine()).isEqualTo("training");
        process.toHandle().destroy();
        assertThat(process.waitFor()).isEqualTo(ExitCodes.INTERRUPTED);
        assertThat(err.readLine()).isNull();
    }

    private Process start(String training, String... arguments) throws IOException {
        Path launcher = Files.writeString(directory.resolve("gleaner"), "#!/bin/sh\n" + training);
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        String[] java = {
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dgleaner.train=" + launcher,
            "-cp",
            System.getProperty("java.class.path"),
            Gleaner.class.getName(),
        };
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).directory(directory.toFile()).start();
    }
}
