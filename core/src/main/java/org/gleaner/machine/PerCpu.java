package org.gleaner.machine;

import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One object per CPU, made when that CPU first asks.
///
/// The table is copied on growth, so whoever reads it after an object was made sees that object:
/// the volatile write of the table orders its making before every later read. Most locks are never
/// contended, and so never have a table.
final class PerCpu<T> {
    private static final Object[] EMPTY = {};

    private final Supplier<T> maker;
    private volatile @Nullable Object[] table = EMPTY;

    PerCpu(Supplier<T> maker) {
        this.maker = maker;
    }

    /// The CPU's own object. To be asked for by that CPU only.
    T of(Cpu cpu) {
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
        return made;
    }
}
