package org.gleaner.machine;

import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One object per CPU, made when that CPU first asks.
///
/// The table is copied on growth, so whoever reads it after an object was made sees that object:
/// the volatile write of the table orders its making before every later read. Most locks are never
/// contended, and so never have a table.
///
/// The CPU that asked first has its object at hand. It alone can find its own id there, and it was
/// it that wrote it, so nothing has to be ordered; whoever else looks, however early or late, sees
/// another's id or none.
final class PerCpu<T> {
    private static final Object[] EMPTY = {};
    private static final int NOBODY = -1;

    private final Supplier<T> maker;
    private volatile @Nullable Object[] table = EMPTY;

    @Racy("who finds its own id has written both")
    private int firstId = NOBODY;

    @Racy("as above")
    private @Nullable T first;

    PerCpu(Supplier<T> maker) {
        this.maker = maker;
    }

    /// The CPU's own object. To be asked for by that CPU only.
    T of(Cpu cpu) {
        T own = first;
        if (cpu.id == firstId && own != null) {
            return own;
        }
        Object[] t = table;
        @SuppressWarnings("unchecked")
        T mine = cpu.id < t.length ? (T) t[cpu.id] : null;
        return mine != null ? mine : make(cpu.id);
    }

    /// The object of CPU `id`, or null if that CPU never asked.
    @SuppressWarnings("unchecked")
    @Nullable T get(int id) {
        Object[] t = table;
        return id < t.length ? (T) t[id] : null;
    }

    /// One more than the greatest id in the table.
    int size() {
        return table.length;
    }

    private synchronized T make(int id) {
        T made = maker.get();
        Object[] grown = Arrays.copyOf(table, Math.max(table.length, id + 1));
        grown[id] = made;
        table = grown;
        if (firstId == NOBODY) {
            first = made;
            firstId = id;
        }
        return made;
    }
}
