package org.gleaner.pagetable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.gleaner.machine.Actor;

/// Runs test bodies on CPUs of real threads.
final class Machine {
    private Machine() {}

    static void onOneCpu(Actor body) {
        onThreads(body);
    }

    static void onThreads(Actor... bodies) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < bodies.length; i++) {
            int id = i;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    bodies[id].run(new TestCpu(id));
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                }
            }));
        }
        for (Thread t : threads) {
            try {
                t.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
    }
}
