package org.gleaner.lab.execute.host;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;

/// CPUs that have nothing to do, and still hold free pages and batches of their own, as any CPU of
/// a kernel does: they give them back when asked. Until then they cost nothing.
public final class IdleCpus {
    private final List<Word> bells = new CopyOnWriteArrayList<>();
    private final Consumer<Cpu> giveBack;

    /// @param giveBack what a CPU does that was asked
    public IdleCpus(Consumer<Cpu> giveBack) {
        this.giveBack = giveBack;
    }

    /// Asks all that idle now.
    public void ask(Cpu cpu) {
        for (Word bell : bells) {
            cpu.store(bell, 1);
        }
    }

    /// Idles until `nanos`, as [Cpu#now] has it.
    public void idle(Cpu cpu, long nanos) {
        idle(cpu, nanos, () -> false);
    }

    /// As [#idle(Cpu,long)], or until it is asked when all is over.
    public void idle(Cpu cpu, long nanos, BooleanSupplier over) {
        Word bell = new Word();
        bells.add(bell);
        for (long now = cpu.now(); now < nanos && !over.getAsBoolean(); now = cpu.now()) {
            cpu.sleepUnless(bell, 1, 1, nanos - now);
            answer(cpu, bell);
        }
        bells.remove(bell);
    }

    /// Idles for good. For a daemon, which the end of the run ends.
    void retire(Cpu cpu) {
        Word bell = new Word();
        bells.add(bell);
        for (; ; ) {
            cpu.block(bell, 1, 1);
            answer(cpu, bell);
        }
    }

    private void answer(Cpu cpu, Word bell) {
        if (cpu.peek(bell) != 0) {
            cpu.store(bell, 0);
            giveBack.accept(cpu);
        }
    }
}
