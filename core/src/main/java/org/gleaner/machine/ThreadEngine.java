package org.gleaner.machine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Real platform threads: proves that the code is a correct lock-free Java program. Charges
/// nothing; time is `System.nanoTime`. See [ThreadCpu] for memory order and interrupts.
///
/// When the last spawned actor has returned, a daemon is stopped where it next sleeps or blocks;
/// one that still spins or works [#DRAIN_NANOS] later is stopped at its next wait or step. After a
/// failure everyone is stopped at the next wait or step. A loop without either cannot be stopped:
/// [#run] then gives up after [#JOIN_NANOS] and says which actor it was.
///
/// Where all spawned actors wait or sleep and no wait of theirs has ended for [#PATIENCE_NANOS],
/// nobody will ever get on: [#run] fails with a [Engine.Deadlock] that says of each what it waits
/// for, and where.
public final class ThreadEngine implements Engine {
    private static final int RUNNING = 0;

    /// Only daemons remain: sleeping ends them.
    private static final int DRAINING = 1;

    /// Any wait and any step ends an actor.
    private static final int ABORTING = 2;

    /// How long daemons may go on with what they are at once nobody needs them.
    private static final long DRAIN_NANOS = 1_000_000_000L;

    /// How long an actor may take to notice that it is to end.
    private static final long JOIN_NANOS = 20_000_000_000L;

    /// How long all actors may wait or sleep, none of them for less, before that is taken for a
    /// deadlock.
    private static final long PATIENCE_NANOS = 40_000_000_000L;

    private final CostModel costs;
    private final long patienceNanos;
    private final long origin = System.nanoTime();

    /// Guarded by itself, as all fields down to `failure`.
    private final List<ThreadCpu> cpus = new ArrayList<>();

    private int spawnedLeft;
    private int left;
    private boolean started;
    private @Nullable Throwable failure;

    /// When somebody was last seen to get on, and how many waits had ended then.
    private long lastProgress;

    private int lastEnded;

    private volatile int phase = RUNNING;

    /// More actors than cores: set before the actor that makes it so starts.
    private volatile boolean crowded;

    /// An engine that charges nothing; `costs` is only what [#costs] answers.
    public ThreadEngine(CostModel costs) {
        this(costs, PATIENCE_NANOS);
    }

    /// An engine that takes it for a deadlock if nobody gets on for so long.
    ThreadEngine(CostModel costs, long patienceNanos) {
        this.costs = costs;
        this.patienceNanos = patienceNanos;
    }

    @Override
    public Cpu spawn(String name, Actor body) {
        return add(name, body, false);
    }

    @Override
    public Cpu daemon(String name, Actor body) {
        return add(name, body, true);
    }

    private Cpu add(String name, Actor body, boolean daemon) {
        synchronized (cpus) {
            ThreadCpu cpu = new ThreadCpu(this, cpus.size(), name, body, daemon);
            cpus.add(cpu);
            left++;
            crowded = left > Runtime.getRuntime().availableProcessors();
            if (!daemon) {
                spawnedLeft++;
            }
            if (started) {
                cpu.start();
            }
            return cpu;
        }
    }

    @Override
    public void run() {
        boolean interrupted = false;
        synchronized (cpus) {
            phase = failure == null ? RUNNING : ABORTING;
            for (ThreadCpu cpu : cpus) {
                if (cpu.isNew()) {
                    cpu.start();
                }
            }
            started = true;
            lastProgress = System.nanoTime();
            while (spawnedLeft > 0 && failure == null) {
                interrupted |= waitAtMost(Long.MAX_VALUE);
                checkProgress();
            }
            if (failure == null) {
                enter(DRAINING);
                interrupted |= waitForAll(DRAIN_NANOS);
            }
            if (left > 0) {
                enter(ABORTING);
                interrupted |= waitForAll(JOIN_NANOS);
            }
            started = false;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        report();
    }

    /// Fails if all spawned actors wait or sleep, and no wait has ended for long.
    private void checkProgress() {
        boolean idle = true;
        int ended = 0;
        for (ThreadCpu cpu : cpus) {
            ended += cpu.waitsEnded();
            idle &= cpu.daemon || cpu.isDone() || cpu.isIdle();
        }
        long now = System.nanoTime();
        if (!idle || ended != lastEnded) {
            lastProgress = now;
            lastEnded = ended;
        } else if (now - lastProgress > patienceNanos && failure == null) {
            StringBuilder text = new StringBuilder("nobody gets on:");
            for (ThreadCpu cpu : cpus) {
                if (!cpu.isDone()) {
                    text.append("\n    ").append(cpu.describe());
                }
            }
            failure = new Deadlock(text.toString());
        }
    }

    private void report() {
        synchronized (cpus) {
            if (left > 0 && failure == null) {
                failure =
                        new IllegalStateException("actors that cannot be stopped: " + whoIsLeft());
            }
            if (failure != null) {
                throw FailedIn.<RuntimeException>rethrow(failure);
            }
        }
    }

    private String whoIsLeft() {
        StringBuilder names = new StringBuilder();
        for (ThreadCpu cpu : cpus) {
            if (!cpu.isDone()) {
                names.append(names.isEmpty() ? "" : ", ").append(cpu);
            }
        }
        return names.toString();
    }

    private void enter(int next) {
        phase = next;
        for (ThreadCpu cpu : cpus) {
            cpu.unpark();
        }
    }

    private boolean waitForAll(long nanos) {
        long start = System.nanoTime();
        boolean interrupted = false;
        while (left > 0) {
            long rest = nanos - (System.nanoTime() - start);
            if (rest <= 0) {
                break;
            }
            interrupted |= waitAtMost(rest);
        }
        return interrupted;
    }

    /// Returns whether the waiting thread was interrupted.
    private boolean waitAtMost(long nanos) {
        try {
            cpus.wait(Math.clamp(nanos / 1_000_000, 1, 1_000));
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    void failed(ThreadCpu cpu, Throwable t) {
        synchronized (cpus) {
            if (failure == null) {
                failure = FailedIn.mark(t, cpu);
                enter(ABORTING);
                cpus.notifyAll();
            }
        }
    }

    void finished(ThreadCpu cpu) {
        synchronized (cpus) {
            cpu.setDone();
            left--;
            if (!cpu.daemon) {
                spawnedLeft--;
            }
            cpus.notifyAll();
        }
    }

    // --- what waiting actors ask -------------------------------------------------------------

    boolean isRunning() {
        return phase == RUNNING;
    }

    void checkSleep() {
        if (phase != RUNNING) {
            throw Stop.INSTANCE;
        }
    }

    void checkSpin() {
        if (phase == ABORTING) {
            throw Stop.INSTANCE;
        }
    }

    void checkStep() {
        if (phase == ABORTING) {
            throw Stop.INSTANCE;
        }
    }

    /// Whether there are more actors than cores, so that waiting should give the core away soon.
    boolean crowded() {
        return crowded;
    }

    // --- facts -------------------------------------------------------------------------------

    @Override
    public List<Cpu> cpus() {
        synchronized (cpus) {
            return List.copyOf(cpus);
        }
    }

    @Override
    public boolean realMemory() {
        return true;
    }

    @Override
    public CostModel costs() {
        return costs;
    }

    long now() {
        return System.nanoTime() - origin;
    }
}
