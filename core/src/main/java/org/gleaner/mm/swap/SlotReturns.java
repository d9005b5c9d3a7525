package org.gleaner.mm.swap;

import java.util.function.IntConsumer;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.version.KernelVersion;

/// When a cgroup is told that it has a swap entry less: before 6.18 a freed slot waits in its CPU's cache until
/// that holds 64 and one more is freed (`free_swap_slot`), later it is given back at once.
///
/// Only the telling waits: the slot itself is free at once here.
final class SlotReturns {
    private static final int CACHE = 64;

    private final IntConsumer freed;
    private final boolean cached;

    /// By CPU, private to it: owners of freed slots, and how many.
    private final byte[] waiting;

    private final int[] counts;

    /// @param freed takes the id of the cgroup that a freed slot was charged to
    SlotReturns(IntConsumer freed, KernelVersion kernel, int cpus) {
        this.freed = freed;
        cached = kernel.isBefore(KernelVersion.V6_18);
        waiting = new byte[cached ? cpus * CACHE : 0];
        counts = new int[cpus];
    }

    void free(Cpu cpu, int owner) {
        if (!cached) {
            freed.accept(owner);
            return;
        }
        int first = cpu.id * CACHE;
        if (counts[cpu.id] == CACHE) {
            for (int i = 0; i < CACHE; i++) {
                freed.accept(waiting[first + i] & 0xff);
            }
            counts[cpu.id] = 0;
        }
        waiting[first + counts[cpu.id]++] = (byte) owner;
    }
}
