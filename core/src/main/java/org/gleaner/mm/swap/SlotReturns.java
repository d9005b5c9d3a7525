package org.gleaner.mm.swap;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.version.KernelVersion;

/// When a cgroup is told that it has a swap entry less: before 6.18 a freed slot waits in its CPU's
/// cache until that holds 64 and one more is freed (`free_swap_slot`), later it is given back at
/// once.
///
/// Only the telling waits: the slot itself is free at once here.
@OneCpu
final class SlotReturns {
    private static final int CACHE = 64;
    private static final int STRIDE = 1 + CACHE + 63;

    private final SwapArea.Accounts accounts;
    private final boolean cached;

    /// By CPU, private to it: how many freed slots wait, and their owners; a cache line is left
    /// between CPUs.
    private final byte[] waiting;

    SlotReturns(SwapArea.Accounts accounts, KernelVersion kernel, int cpus) {
        this.accounts = accounts;
        cached = kernel.isBefore(KernelVersion.V6_18);
        waiting = new byte[cached ? cpus * STRIDE : 0];
    }

    void free(Cpu cpu, int owner) {
        if (!cached) {
            accounts.uncharge(cpu, owner);
            return;
        }
        int at = cpu.id * STRIDE;
        if (waiting[at] == CACHE) {
            for (int i = 1; i <= CACHE; i++) {
                accounts.uncharge(cpu, waiting[at + i] & 0xff);
            }
            waiting[at] = 0;
        }
        waiting[at + ++waiting[at]] = (byte) owner;
    }
}
