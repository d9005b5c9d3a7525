package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.stream.Stream;
import org.gleaner.machine.CallTree;
import org.gleaner.machine.Cost;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.gleaner.pagetable.Geometry;
import org.junit.jupiter.api.Test;

/// When processors are told of primary entries that reclaim has taken away: before each write of a
/// page whose entry was dirty, and once for the others of a list.
final class UnmapFlushTest {
    private static final int PAGES = 64;
    private static final HostPaging BROADCASTS =
            new HostPaging(PteFormat.X86_64, Geometry.FOUR_BY_NINE, true, true);

    private final CostModel costs = CostModel.named("x86-server");

    /// On a disk, so that a page that was only read back still has its slot.
    private SmallHost small = SmallHost.virtual().disk().paging(BROADCASTS);

    private Process p;

    @Test
    void aDirtyPageIsFlushedForBeforeItIsWritten() {
        small.run(cpu -> {
            populate(cpu);
            evict(cpu);
            assertThat(small.stat(VmEvent.PSWPOUT)).isEqualTo(PAGES);
            assertThat(flushes(cpu)).isEqualTo(PAGES);
        });
    }

    @Test
    void cleanPagesShareOneFlush() {
        small.run(cpu -> {
            populate(cpu);
            evict(cpu);
            p.readAll(cpu, 0, PAGES);
            long before = flushes(cpu);
            evict(cpu);
            assertThat(small.stat(VmEvent.PSWPOUT)).as("their slots are good").isEqualTo(PAGES);
            assertThat(flushes(cpu) - before).isOne();
        });
    }

    @Test
    void broadcastsAreBatchedSince66() {
        small = small.kernel(KernelVersion.V6_12);
        small.run(cpu -> {
            clean(cpu);
            CallTree.Frame flush = frames(cpu).toList().getLast();
            // the first time one by one, then all at once
            assertThat(flush.calls()).isEqualTo(PAGES + 1);
            long nanos =
                    2 * PAGES * nanos(Cost.TLB_BROADCAST_SERVICE)
                            + (PAGES + 1) * nanos(Cost.TLB_BROADCAST);
            assertThat((long) flush.inclusiveNanos()).isEqualTo(nanos);
        });
    }

    @Test
    void nothingIsPaidWhereProcessorsAreInterrupted() {
        small = SmallHost.virtual().disk();
        small.run(cpu -> {
            clean(cpu);
            assertThat(flushes(cpu)).isZero();
        });
    }

    @Test
    void eachEntryIsBroadcastBefore() {
        small = small.kernel(KernelVersion.V6_1);
        small.run(cpu -> {
            clean(cpu);
            assertThat(flushes(cpu)).isZero();
            long nanos =
                    2 * PAGES * (nanos(Cost.TLB_BROADCAST_SERVICE) + nanos(Cost.TLB_BROADCAST));
            assertThat((long) nanosIn(cpu, KernelFunction.TRY_TO_UNMAP_ONE)).isGreaterThan(nanos);
        });
    }

    private void populate(Cpu cpu) {
        p = small.process(cpu, Memcg.UNLIMITED, 2 * PAGES);
        p.writeAll(cpu, 0, PAGES);
        small.host().lru().drain(cpu);
    }

    /// Evicts all, so that the first time they are dirty, and the second clean.
    private void clean(Cpu cpu) {
        populate(cpu);
        evict(cpu);
        p.readAll(cpu, 0, PAGES);
        evict(cpu);
    }

    private void evict(Cpu cpu) {
        small.host().lru().drain(cpu);
        small.host().reclaim().age(cpu, p.memcg);
        small.host().reclaim().age(cpu, p.memcg);
        Session session = new Session(small, p);
        for (int i = 0; !p.isSwapped(PAGES - 1); i++) {
            assertThat(i).isLessThan(8);
            session.pass(cpu, 0);
        }
        // written pages are gone once they are
        cpu.sleep(100_000_000);
        session.pass(cpu, 0);
    }

    private long nanos(Cost cost) {
        return costs.ticks(cost) / CostModel.TICKS_PER_NANO;
    }

    private static long flushes(Cpu cpu) {
        return frames(cpu).mapToLong(CallTree.Frame::calls).sum();
    }

    private static Stream<CallTree.Frame> frames(Cpu cpu) {
        return frames(cpu, KernelFunction.TRY_TO_UNMAP_FLUSH);
    }

    private static double nanosIn(Cpu cpu, KernelFunction f) {
        return frames(cpu, f).mapToDouble(CallTree.Frame::inclusiveNanos).sum();
    }

    private static Stream<CallTree.Frame> frames(Cpu cpu, KernelFunction f) {
        return all(Objects.requireNonNull(cpu.callTree()).root()).filter(x -> x.function() == f);
    }

    private static Stream<CallTree.Frame> all(CallTree.Frame frame) {
        return Stream.concat(
                Stream.of(frame), frame.children().stream().flatMap(UnmapFlushTest::all));
    }
}
