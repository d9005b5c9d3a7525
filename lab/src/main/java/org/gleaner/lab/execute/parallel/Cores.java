package org.gleaner.lab.execute.parallel;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// How many cores a thread's hosts may keep busy: all of the machine's, unless it was granted
/// fewer. What a thread starts by [#threads] has what it has.
public final class Cores {
    /// The machine's, or what of it this process may use.
    static final int ALL = Runtime.getRuntime().availableProcessors();

    private static final ScopedValue<Integer> GRANTED = ScopedValue.newInstance();

    private Cores() {}

    /// Those of this thread; one at least.
    public static int count() {
        return GRANTED.orElse(ALL);
    }

    /// Does it with so many cores.
    ///
    /// @param cores one at least
    public static <T, X extends Throwable> T within(
            int cores, ScopedValue.CallableOp<? extends T, X> work) throws X {
        return ScopedValue.where(GRANTED, cores).call(work);
    }

    /// Threads for that many tasks, as many as there are cores at most.
    ///
    /// @param tasks one at least
    public static ExecutorService threads(int tasks) {
        int cores = count();
        return Executors.newFixedThreadPool(
                Math.min(tasks, cores),
                worker -> new Thread(() -> ScopedValue.where(GRANTED, cores).run(worker)));
    }
}
