package org.gleaner.machine;

import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;

/// A coroutine on the JVM's own one-shot continuations, the machinery below virtual threads.
///
/// The thread that resumes carries the actor, so `Thread.currentThread()` inside it is the
/// scheduler's. A continuation cannot suspend while a native frame is on its stack. The one that is
/// met in practice is a class initialiser: it runs below a frame of the VM, so a step inside it
/// fails. Such a class must be initialised before the run starts.
final class ContinuationCoroutine implements Coroutine {
    private static final ContinuationScope SCOPE = new ContinuationScope("gleaner");

    private final Pinnable continuation;

    ContinuationCoroutine(String name, Runnable body) {
        continuation = new Pinnable(name, body);
    }

    @Override
    public void resume() {
        continuation.run();
    }

    @Override
    public void suspend() {
        Continuation.yield(SCOPE);
    }

    private static final class Pinnable extends Continuation {
        private final String name;

        Pinnable(String name, Runnable body) {
            super(SCOPE, body);
            this.name = name;
        }

        @Override
        protected void onPinned(Pinned reason) {
            throw new IllegalStateException(pinnedMessage(reason));
        }

        private String pinnedMessage(Pinned reason) {
            StringBuilder message = new StringBuilder("actor ").append(name);
            message.append(" cannot yield here (").append(reason).append(")");
            for (StackTraceElement frame : Thread.currentThread().getStackTrace()) {
                if (frame.getMethodName().equals("<clinit>")) {
                    return message.append(": a step inside the initialiser of class ")
                            .append(frame.getClassName())
                            .append("; initialise that class before Engine.run()")
                            .toString();
                }
            }
            return message.append(": a native frame is on its stack").toString();
        }
    }
}
