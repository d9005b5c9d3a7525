package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// Lock-order checking of one CPU: what it holds, and whether the next step keeps the rules.
///
/// A CPU is checked where [Cpu#lockDep] is not null; unarmed the cost is that one field test. The
/// state is private to the CPU, so checking adds no shared step and cannot change a run.
///
/// | rule | fires in |
/// |---|---|
/// | a lock is inner to everything held (by [LockClass], strictly, so one of a class at a time) | [#acquire] |
/// | what is held is not taken again, not even by a try, but for a try to read what is read | [#acquire], [#acquired] |
/// | nothing sleeps under a spinning lock or in an RCU read section | [#mightSleep], [#acquire] |
/// | only what is held is released, in the mode it was taken | [#release] |
/// | no `synchronize` inside its own SRCU section, nor under a lock that its readers may take | [#synchronizes] |
/// | no `synchronize_rcu` in an RCU read section | [#mightSleep] |
/// | sections end as often as they begin, and an actor ends with nothing held | [#exitRcu], [#checkIdle] |
///
/// A try-lock and the entry of an SRCU section never wait, so they cannot close a circle and are
/// exempt from the first rule; once taken they count as held for whatever comes next. So a reader
/// may try to read once more: reclaim in a page fault walks the page tables of its own address
/// space.
public final class LockDep {
    /// Whether engines arm every CPU: where assertions are enabled (`-ea`).
    static final boolean ARMED = LockDep.class.desiredAssertionStatus();

    /// Modes of holding.
    static final int READ = 1, WRITE = 2;

    private static final int DEPTH = 64;
    private static final LockClass[] CLASSES = LockClass.values();

    /// The stack of what is held: the lock, its index if it is a bit of a slab, its rank and mode.
    private final @Nullable Object[] lock = new Object[DEPTH];

    private final int[] index = new int[DEPTH];
    private final int[] rank = new int[DEPTH];
    private final int[] mode = new int[DEPTH];
    private int held;
    private int spinning;
    private int rcuDepth;

    /// Checks the order, then counts the lock as held. To be called before the wait begins.
    void acquire(Cpu cpu, Object l, int i, LockClass c, int m) {
        if (c.kind == LockClass.Kind.SLEEPING) {
            sleepable(cpu, "taking " + c.lockName);
        }
        ordered(cpu, c, "taking ");
        anew(cpu, l, i, c);
        push(cpu, l, i, c, m);
    }

    /// Counts what was taken without waiting as held.
    void acquired(Cpu cpu, Object l, int i, LockClass c, int m) {
        if (m != READ || mode(l) != READ) {
            anew(cpu, l, i, c);
        }
        push(cpu, l, i, c, m);
    }

    /// Counts a lock as released. Locks may be released in any order.
    void release(Cpu cpu, Object l, int i, LockClass c, int m) {
        int at = find(l, i, c.rank());
        if (at < 0) {
            throw violation(cpu, "releasing " + c.lockName + ", which it does not hold");
        }
        if (mode[at] != m) {
            throw violation(cpu, "releasing " + c.lockName + " in another mode than it was taken");
        }
        if (c.kind == LockClass.Kind.SPINNING) {
            spinning--;
        }
        int above = --held - at;
        System.arraycopy(lock, at + 1, lock, at, above);
        System.arraycopy(index, at + 1, index, at, above);
        System.arraycopy(rank, at + 1, rank, at, above);
        System.arraycopy(mode, at + 1, mode, at, above);
        lock[held] = null;
    }

    /// Checks that waiting for all readers of an SRCU domain cannot wait for this CPU itself.
    void synchronizes(Cpu cpu, Object domain, LockClass c) {
        sleepable(cpu, "synchronizing " + c.lockName);
        if (find(domain, 0, c.rank()) >= 0) {
            throw violation(cpu, "synchronizing " + c.lockName + " inside its own read section");
        }
        ordered(cpu, c, "synchronizing ");
    }

    void enterRcu() {
        rcuDepth++;
    }

    void exitRcu(Cpu cpu) {
        if (rcuDepth == 0) {
            throw violation(cpu, "leaving an RCU read section that it never entered");
        }
        rcuDepth--;
    }

    /// Fails if the CPU must not sleep here (`might_sleep`). Free where checking is not armed.
    ///
    /// @throws Violation if the CPU holds a spinning lock or is in an RCU read section
    public static void mightSleep(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.sleepable(cpu, "sleeping");
        }
    }

    /// Fails if the CPU still holds anything; to be called at the end of an actor.
    ///
    /// @throws Violation if a lock is held or a section is open
    public static void checkIdle(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null && (dep.held != 0 || dep.rcuDepth != 0)) {
            throw dep.violation(cpu, "ending");
        }
    }

    // --- locks that others keep ----------------------------------------------------------------
    // A bit of a word whose waiters somebody else queues. Each is free where checking is not armed.

    /// The CPU is about to wait for a lock of class `c`.
    ///
    /// @throws Violation if it must not take one here
    public static void mayTake(Cpu cpu, LockClass c) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            if (c.kind == LockClass.Kind.SLEEPING) {
                dep.sleepable(cpu, "taking " + c.lockName);
            }
            dep.ordered(cpu, c, "taking ");
        }
    }

    /// The CPU has the lock of class `c` in `slab[i]`, by a try, or because it made what is locked.
    ///
    /// @throws Violation if it had it already
    public static void taken(Cpu cpu, long[] slab, int i, LockClass c) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquired(cpu, slab, i, c, WRITE);
        }
    }

    /// The CPU has it no more: it is free, or another's who will say that it was taken.
    ///
    /// @throws Violation if it did not have it
    public static void released(Cpu cpu, long[] slab, int i, LockClass c) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.release(cpu, slab, i, c, WRITE);
        }
    }

    /// Whether the CPU holds the lock of class `c` in `slab[i]`; false where checking is not armed.
    public static boolean isHeld(Cpu cpu, long[] slab, int i, LockClass c) {
        LockDep dep = cpu.lockDep;
        return dep != null && dep.holds(slab, i, c);
    }

    /// Whether this CPU holds `lock` in any mode: one of the lock objects, or an [Srcu] whose
    /// section is open. For a bit of a slab ask the [BitSpinLock].
    public boolean holds(Object lock) {
        return mode(lock) != 0;
    }

    /// Whether this CPU is in an RCU read section.
    public boolean inRcuSection() {
        return rcuDepth != 0;
    }

    /// Whether this CPU holds the lock of class `c` in `slab[i]`.
    boolean holds(long[] slab, int i, LockClass c) {
        return find(slab, i, c.rank()) >= 0;
    }

    /// Mode in which `l` is held, 0 if it is not.
    int mode(Object l) {
        for (int at = held - 1; at >= 0; at--) {
            if (lock[at] == l) {
                return mode[at];
            }
        }
        return 0;
    }

    private void sleepable(Cpu cpu, String what) {
        if (spinning != 0) {
            throw violation(cpu, what + " under a spinning lock");
        }
        if (rcuDepth != 0) {
            throw violation(cpu, what + " in an RCU read section");
        }
    }

    private void ordered(Cpu cpu, LockClass c, String verb) {
        for (int at = 0; at < held; at++) {
            if (rank[at] >= c.rank()) {
                throw violation(cpu, verb + c.lockName + " inside " + CLASSES[rank[at]].lockName);
            }
        }
    }

    private void anew(Cpu cpu, Object l, int i, LockClass c) {
        if (c.kind != LockClass.Kind.SRCU && find(l, i, c.rank()) >= 0) {
            throw violation(cpu, "taking " + c.lockName + ", which it holds");
        }
    }

    private void push(Cpu cpu, Object l, int i, LockClass c, int m) {
        if (held == DEPTH) {
            throw violation(cpu, "holding more than " + DEPTH + " locks");
        }
        lock[held] = l;
        index[held] = i;
        rank[held] = c.rank();
        mode[held] = m;
        held++;
        if (c.kind == LockClass.Kind.SPINNING) {
            spinning++;
        }
    }

    private int find(Object l, int i, int r) {
        for (int at = held - 1; at >= 0; at--) {
            if (lock[at] == l && index[at] == i && rank[at] == r) {
                return at;
            }
        }
        return -1;
    }

    private Violation violation(Cpu cpu, String what) {
        StringBuilder s = new StringBuilder(cpu.name).append(": ").append(what).append("; holds");
        for (int at = 0; at < held; at++) {
            s.append(at == 0 ? " " : ", ").append(CLASSES[rank[at]].lockName);
            s.append(mode[at] == READ ? " (read)" : "");
        }
        s.append(held == 0 ? " nothing" : "");
        return new Violation(s.append(rcuDepth == 0 ? "" : ", in RCU read section").toString());
    }

    /// A rule of locking was broken. The message names the CPU, the step and all it holds.
    public static final class Violation extends IllegalStateException {
        Violation(String message) {
            super(message);
        }
    }
}
