package org.gleaner.cli;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Training of the JVM for commands to come, after one that would have gained by it and has given
/// its answer.
///
/// The launcher knows whether a command would gain, and how to train; it passes its own path as
/// `gleaner.train` where that has not been done. It cannot wait for the command itself: the command
/// runs in its place, so that signals reach it.
final class Training {
    private static final int POLL_MILLIS = 100;

    private Training() {}

    /// Trains if the launcher asked for it. Whoever reads standard output sees its end first.
    ///
    /// @param interrupted ends the training, which leaves nothing behind then
    static void run(BooleanSupplier interrupted) {
        @Nullable String launcher = System.getProperty("gleaner.train");
        if (launcher == null) {
            return;
        }
        System.out.close();
        try {
            await(start(launcher), interrupted);
        } catch (IOException e) {
            // Later commands start as this one did.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Process start(String launcher) throws IOException {
        Process process =
                new ProcessBuilder(launcher, "--train-jvm")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        process.getOutputStream().close();
        return process;
    }

    private static void await(Process process, BooleanSupplier interrupted)
            throws InterruptedException {
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            if (interrupted.getAsBoolean()) {
                process.descendants().forEach(ProcessHandle::destroy);
                process.destroy();
                return;
            }
        }
    }
}
