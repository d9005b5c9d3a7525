package org.gleaner.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Makes SIGINT and SIGTERM end a run with exit code 3 and its finished results, instead of at
/// once.
///
/// Either signal makes the JVM run its shutdown hooks while all threads go on. The hook raises a
/// flag, gives the command time to see it and to write what it has, and then ends the process
/// itself, because the JVM would end it with 128 plus the signal's number.
final class Interrupts {

    private static final int GRACE_SECONDS = 10;

    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean raised;

    static Interrupts install() {
        Interrupts interrupts = new Interrupts();
        Runtime.getRuntime().addShutdownHook(new Thread(interrupts::shutDown, "interrupts"));
        return interrupts;
    }

    /// Whether a signal came.
    boolean raised() {
        return raised;
    }

    /// The command is over: from here on, shutting down is the ordinary end of the process.
    void finished() {
        finished.countDown();
    }

    private void shutDown() {
        if (finished.getCount() == 0) {
            return;
        }
        raised = true;
        try {
            finished.await(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
        Runtime.getRuntime().halt(ExitCodes.INTERRUPTED);
    }
}
