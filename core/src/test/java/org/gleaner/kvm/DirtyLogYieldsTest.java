package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.SmallHost.HUGE_PAGES;

import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The end of a dirty log while somebody else wants `mmu_lock`: a walk that lets others in flushes
/// first what it owes.
final class DirtyLogYieldsTest {
    private static final int H = 24;

    /// Invalidates a page of a slot that nobody has used, again and again, from `begun` on: that
    /// takes the lock for writing and flushes nothing.
    private static void contend(Cpu cpu, GuestOfHost guest, Word begun, Word over, Word done) {
        cpu.block(begun, -1, 1);
        while (cpu.load(over) == 0) {
            long page = GuestOfHost.OTHER;
            guest.pages
                    .notifiers()
                    .invalidateRangeStart(cpu, page, page + 1, true, InvalidationEvent.CLEAR);
            guest.pages.notifiers().invalidateRangeEnd(cpu, page, page + 1);
            cpu.sleep(1_000);
        }
        cpu.store(done, 1);
    }

    @ParameterizedTest
    @EnumSource(LogEnd.class)
    void aBatchedEndFlushesOnceAndOnceForEachYield(LogEnd how) {
        SmallHost small = SmallHost.virtual().thp();
        GuestOfHost.run(
                small,
                GuestOfHost.config().withTlb(16),
                Memcg.UNLIMITED,
                H * HUGE_PAGES,
                (cpu, guest) -> {
                    guest.map(cpu, guest.host.objects().newAnon(), 64, true);
                    for (long gfn = 0; gfn < H * HUGE_PAGES; gfn += HUGE_PAGES) {
                        assertThat(guest.vcpu.access(cpu, gfn, true)).isZero();
                    }
                    assertThat(guest.vm.countLeaves(cpu, false)).isEqualTo(H);
                    DirtyLog log = guest.vm.dirtyLog();
                    log.begin(cpu, 0);
                    Word begun = new Word();
                    Word over = new Word();
                    Word done = new Word();
                    small.engine().spawn("host", c -> contend(c, guest, begun, over, done));
                    long flushes = guest.vm.remoteFlushes();
                    cpu.store(begun, 1);
                    log.end(cpu, 0, how);
                    flushes = guest.vm.remoteFlushes() - flushes;
                    cpu.store(over, 1);
                    cpu.block(done, -1, 1);
                    assertThat(log.recovered()).isEqualTo(H);
                    assertThat(log.yields()).isPositive();
                    assertThat(flushes)
                            .isEqualTo(how == LogEnd.ZAP_AND_FLUSH_EACH ? H : 1 + log.yields());
                });
    }
}
