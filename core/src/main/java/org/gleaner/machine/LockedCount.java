package org.gleaner.machine;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// A count that changes under a spin lock of its own. A change is four steps and nothing between,
/// and so it is [Turns].
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | count | [#add], the lock | release | [#get], or the lock | acquire | what the writer did before |
public final class LockedCount {
    private final QueuedSpinLock lock;
    private final Word count = new Word();
    private final PerCpu<Change> changes = new PerCpu<>(Change::new);

    /// Zero.
    public LockedCount(LockClass lockClass) {
        lock = new QueuedSpinLock(lockClass);
    }

    /// Takes the lock, changes the count and lets go of the lock.
    ///
    /// @throws IllegalStateException if it becomes negative
    public void add(Cpu cpu, long delta) {
        Change change = changes.of(cpu);
        change.begin(lock.entering(cpu), delta);
        cpu.perform(change);
    }

    /// What it is; without the lock it may be another at once.
    public long get(Cpu cpu) {
        return cpu.load(count);
    }

    /// Sleeps until it is zero and keeps it there until [#unlock].
    public void lockAtZero(Cpu cpu) {
        lock.lock(cpu);
        while (cpu.load(count) != 0) {
            lock.unlock(cpu);
            cpu.block(count, -1, 0);
            lock.lock(cpu);
        }
    }

    public void unlock(Cpu cpu) {
        lock.unlock(cpu);
    }

    /// What a CPU that changes the count does next.
    private enum Turn {
        ENTER,
        LOOK,
        CHANGE,
        LEAVE
    }

    private final class Change extends Turns {
        private Turn at = Turn.ENTER;
        private @Nullable Turns entering;
        private long delta;
        private long found;

        private void begin(Turns entry, long by) {
            at = Turn.ENTER;
            entering = entry;
            delta = by;
        }

        private Turns entry() {
            return requireNonNull(entering);
        }

        @Override
        Word word() {
            return switch (at) {
                case ENTER -> entry().word();
                case LOOK, CHANGE -> count;
                case LEAVE -> lock.word();
            };
        }

        @Override
        boolean reads() {
            return at == Turn.LOOK || (at == Turn.ENTER && entry().reads());
        }

        @Override
        boolean stores() {
            return switch (at) {
                case ENTER -> entry().stores();
                case LOOK -> false;
                case CHANGE, LEAVE -> true;
            };
        }

        @Override
        boolean turn(Cpu cpu) {
            switch (at) {
                case ENTER -> {
                    if (!entry().turn(cpu)) {
                        at = Turn.LOOK;
                    }
                }
                case LOOK -> {
                    found = cpu.load(count);
                    at = Turn.CHANGE;
                }
                case CHANGE -> {
                    if (found + delta < 0) {
                        throw new IllegalStateException("a count becomes " + (found + delta));
                    }
                    cpu.store(count, found + delta);
                    lock.releasing(cpu);
                    at = Turn.LEAVE;
                }
                case LEAVE -> {
                    lock.release(cpu);
                    return false;
                }
            }
            return true;
        }
    }
}
