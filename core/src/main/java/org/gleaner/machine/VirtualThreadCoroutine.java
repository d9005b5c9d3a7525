package org.gleaner.machine;

import java.util.concurrent.locks.LockSupport;

/// A coroutine on a virtual thread of its own: the public-API fallback. `turn` says who may run;
/// each side sets it to the other, unparks it and parks, so there is never more than one runner and
/// the volatile hand-over carries everything either side wrote.
///
/// | word | writer | mode | reader | mode |
/// |---|---|---|---|---|
/// | `turn` | the side that runs | volatile | the side that waits | volatile |
/// | `scheduler` | scheduler, before `turn` | plain | actor, after `turn` | plain |
final class VirtualThreadCoroutine implements Coroutine {
    private static final int SCHEDULER = 0;
    private static final int ACTOR = 1;

    private final Thread actor;
    private volatile int turn = SCHEDULER;
    private boolean started;
    private Thread scheduler = Thread.currentThread();

    VirtualThreadCoroutine(String name, Runnable body) {
        actor =
                Thread.ofVirtual()
                        .name(name)
                        .unstarted(() -> {
                            try {
                                body.run();
                            } finally {
                                turn = SCHEDULER;
                                LockSupport.unpark(scheduler);
                            }
                        });
    }

    @Override
    public void resume() {
        scheduler = Thread.currentThread();
        turn = ACTOR;
        if (started) {
            LockSupport.unpark(actor);
        } else {
            started = true;
            actor.start();
        }
        while (turn != SCHEDULER) {
            LockSupport.park(this);
        }
    }

    @Override
    public void suspend() {
        Thread back = scheduler;
        turn = SCHEDULER;
        LockSupport.unpark(back);
        while (turn != ACTOR) {
            LockSupport.park(this);
        }
    }
}
