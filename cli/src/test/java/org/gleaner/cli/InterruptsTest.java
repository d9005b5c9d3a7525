package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// In a process of its own, since a signal ends one.
@Timeout(60)
final class InterruptsTest {

    @Test
    void aSignalLetsTheCommandKeepWhatItHasAndEndsWith3() throws Exception {
        Process process = start("waits");
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).isEqualTo("working");
        process.toHandle().destroy();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(3);
        assertThat(out.readLine()).isEqualTo("kept");
    }

    @Test
    void withoutASignalTheCommandsOwnCodeHolds() throws Exception {
        Process process = start("ends");
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
    }

    private static Process start(String what) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Work.class.getName(),
                        what)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /// A command that works until it is interrupted, as [Gleaner#main] would run it.
    static final class Work {

        public static void main(String[] arguments) throws InterruptedException {
            Interrupts interrupts = Interrupts.install();
            System.out.println("working");
            while (arguments[0].equals("waits") && !interrupts.raised()) {
                Thread.sleep(10);
            }
            System.out.println("kept");
            interrupts.finished();
            System.exit(ExitCodes.FAILED);
        }
    }
}
