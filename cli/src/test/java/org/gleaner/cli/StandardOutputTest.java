package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What was printed and did not arrive is no success.
@Timeout(60)
@Tag("long")
final class StandardOutputTest {

    @Test
    void theReasonIsRemembered() {
        StandardOutput out =
                StandardOutput.over(
                        new OutputStream() {
                            @Override
                            public void write(int each) throws IOException {
                                throw new IOException("No space left on device");
                            }
                        },
                        false);
        assertThat(out.reason()).isEmpty();
        out.println("results");
        assertThat(out.checkError()).isTrue();
        assertThat(out.reason()).isEqualTo("No space left on device");
    }

    @EnabledOnOs(OS.LINUX)
    @ParameterizedTest
    @ValueSource(strings = {"--help", "check --list", "check fault-slot-delete --json -q"})
    void aFullDeviceIsExitCode74(String arguments) throws Exception {
        Path errors = Files.createTempFile("errors", ".txt");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Gleaner.class.getName()));
        command.addAll(List.of(arguments.split(" ")));
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(Path.of("/dev/full").toFile())
                        .redirectError(errors.toFile())
                        .start();
        assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCodes.UNWRITABLE);
        assertThat(errors)
                .content()
                .endsWith(
                        "gleaner: standard output: cannot be written (No space left on device);"
                                + " make room, or write to another place\n");
        Files.delete(errors);
    }
}
