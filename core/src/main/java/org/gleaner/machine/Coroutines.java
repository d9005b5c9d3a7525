package org.gleaner.machine;

import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// How actors of a one-thread engine keep their stacks. Both give the same results to the bit.
public enum Coroutines {
    /// `jdk.internal.vm.Continuation`: about 0.1 us a switch; needs `--add-exports
    /// java.base/jdk.internal.vm=ALL-UNNAMED` when running.
    CONTINUATION {
        @Override
        Coroutine create(String name, Runnable body) {
            return new ContinuationCoroutine(name, body);
        }
    },

    /// Virtual threads that take turns by park and unpark: public API only, some ten times slower.
    VIRTUAL_THREAD {
        @Override
        Coroutine create(String name, Runnable body) {
            return new VirtualThreadCoroutine(name, body);
        }

        /// A virtual thread hands over to a virtual thread far faster than a platform thread does.
        @Override
        void host(Runnable loop) {
            if (Thread.currentThread().isVirtual()) {
                loop.run();
                return;
            }
            FutureTask<@Nullable Void> task = new FutureTask<>(loop, null);
            Thread thread = Thread.ofVirtual().name("gleaner-loop").start(task);
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (task.state() == Future.State.FAILED) {
                throw FailedIn.<RuntimeException>rethrow(task.exceptionNow());
            }
        }
    };

    abstract Coroutine create(String name, Runnable body);

    /// Runs the loop that resumes these coroutines, up to its end.
    void host(Runnable loop) {
        loop.run();
    }

    /// Continuations where the JVM was started with the export they need, virtual threads
    /// elsewhere.
    public static Coroutines best() {
        Module base = Object.class.getModule();
        boolean exported = base.isExported("jdk.internal.vm", Coroutines.class.getModule());
        return exported ? CONTINUATION : VIRTUAL_THREAD;
    }
}
