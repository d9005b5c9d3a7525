package org.gleaner.mm.gup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.LockUse;
import org.gleaner.machine.Word;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.space.Userfault;
import org.junit.jupiter.api.Test;

/// How often mmap_lock is taken by who finds a page missing that a monitor supplies.
final class WaitsUnderLockTest {
    private final SmallHost small = SmallHost.virtual();
    private final PageClaim claim = new PageClaim();

    private long taken(Cpu cpu, Process p, long vpn, int how) {
        long before = taken(cpu);
        small.host().pages().of(p.mm).lookUp(cpu, vpn, how, claim);
        return taken(cpu) - before;
    }

    private static long taken(Cpu cpu) {
        return LockUse.of(List.of(cpu), LockClass.MMAP_LOCK, false).taken();
    }

    /// Who may not wait has looked under the lock; who waits lets go of it, and takes it again to
    /// look once more; what is there needs none.
    @Test
    void whoWaitsForAPageTakesItTwiceAndWhoMayNotOnce() {
        Word ready = new Word();
        Process[] process = new Process[1];
        small.run(
                cpu -> {
                    Process p = small.process(cpu, Memcg.UNLIMITED, 100);
                    process[0] = p;
                    p.vma.register(new Userfault(Userfault.Mode.MISSING, 8, MemorySteps.LINUX));
                    cpu.store(ready, 1);
                    int write = Lookup.WRITE;
                    assertThat(taken(cpu, p, Process.BASE, write | Lookup.NOWAIT)).isOne();
                    assertThat(claim.error()).isEqualTo(PageClaim.NEEDS_IO);
                    assertThat(taken(cpu, p, Process.BASE, write)).isEqualTo(2);
                    small.host().pages().of(p.mm).put(cpu, claim);
                    assertThat(taken(cpu, p, Process.BASE, write)).isZero();
                    small.host().pages().of(p.mm).put(cpu, claim);
                },
                cpu -> {
                    cpu.block(ready, -1, 1);
                    Process p = process[0];
                    Userfault monitor = Objects.requireNonNull(p.vma.userfault());
                    monitor.addReader(cpu);
                    small.host().faults().supply(cpu, p.mm, monitor.next(cpu));
                });
    }
}
