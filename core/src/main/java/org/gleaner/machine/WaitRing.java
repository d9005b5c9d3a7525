package org.gleaner.machine;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// The CPUs that wait for one word in virtual time, in the order in which they came: a ring linked
/// through them, so that waiting allocates nothing and leaving early costs nothing.
final class WaitRing {
    private WaitRing() {}

    static void add(Word w, VirtualCpu cpu) {
        VirtualCpu first = w.waiters;
        cpu.waitWord = w;
        if (first == null) {
            cpu.waitNext = cpu;
            cpu.waitPrev = cpu;
            w.waiters = cpu;
        } else {
            VirtualCpu last = requireNonNull(first.waitPrev);
            cpu.waitNext = first;
            cpu.waitPrev = last;
            last.waitNext = cpu;
            first.waitPrev = cpu;
        }
    }

    /// Takes `cpu` out of the ring it is in, if it is in one.
    static void remove(VirtualCpu cpu) {
        Word w = cpu.waitWord;
        if (w == null) {
            return;
        }
        if (cpu.waitNext == cpu) {
            w.waiters = null;
        } else {
            requireNonNull(cpu.waitPrev).waitNext = cpu.waitNext;
            requireNonNull(cpu.waitNext).waitPrev = cpu.waitPrev;
            if (w.waiters == cpu) {
                w.waiters = cpu.waitNext;
            }
        }
        cpu.waitWord = null;
        cpu.waitNext = null;
        cpu.waitPrev = null;
    }

    static @Nullable VirtualCpu last(Word w) {
        VirtualCpu first = w.waiters;
        return first == null ? null : first.waitPrev;
    }
}
