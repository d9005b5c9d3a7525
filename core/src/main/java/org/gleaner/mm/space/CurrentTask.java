package org.gleaner.mm.space;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.jspecify.annotations.Nullable;

/// On whose behalf each CPU is in the kernel (`current->mm`). Private to each CPU.
@OneCpu
public final class CurrentTask {
    private final @Nullable AddressSpace[] byCpu;

    public CurrentTask(int maxCpus) {
        byCpu = new @Nullable AddressSpace[maxCpus];
    }

    /// The CPU enters the kernel for a task of `mm`.
    public void enter(Cpu cpu, AddressSpace mm) {
        byCpu[cpu.id] = mm;
    }

    /// It leaves the kernel.
    public void leave(Cpu cpu) {
        byCpu[cpu.id] = null;
    }

    /// Another task has run on this CPU, and the one that it had before is back.
    public void resume(Cpu cpu) {
        AddressSpace mm = byCpu[cpu.id];
        if (mm != null) {
            mm.markUsed(cpu);
        }
    }

    /// Whether the task has been killed, and is to leave the kernel empty-handed.
    public boolean isDying(Cpu cpu) {
        AddressSpace mm = byCpu[cpu.id];
        return mm != null && mm.isKilled();
    }

    /// Sleeps; SIGKILL ends it.
    public void sleepKillable(Cpu cpu, long nanos) {
        AddressSpace mm = byCpu[cpu.id];
        if (mm == null) {
            cpu.sleep(nanos);
        } else {
            mm.sleepKillable(cpu, nanos);
        }
    }
}
