package org.gleaner.machine;

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
    };

    abstract Coroutine create(String name, Runnable body);

    /// Continuations where the JVM was started with the export they need, virtual threads
    /// elsewhere.
    public static Coroutines best() {
        Module base = Object.class.getModule();
        boolean exported = base.isExported("jdk.internal.vm", Coroutines.class.getModule());
        return exported ? CONTINUATION : VIRTUAL_THREAD;
    }
}
