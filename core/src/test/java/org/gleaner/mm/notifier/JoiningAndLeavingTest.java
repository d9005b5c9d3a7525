package org.gleaner.mm.notifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Actor;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.machine.Word;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A subscriber that comes, or goes, while the address space is at work.
final class JoiningAndLeavingTest {
    private static final long MILLI = 1_000_000;
    private static final int PAGES = 600;

    /// What begins an invalidation, the subscriber sleeping at its start.
    private enum Invalidation {
        MUNMAP,
        MPROTECT,
        REAP,
        EVICTION,
        HUGE_EVICTION,
        HUGE_SPLIT
    }

    /// Takes its time at every start.
    private static final class Slow extends Counting {
        @Override
        public void invalidateRangeStart(
                Cpu cpu, long start, long end, boolean mayBlock, InvalidationEvent event) {
            super.invalidateRangeStart(cpu, start, end, mayBlock, event);
            cpu.sleep(5 * MILLI);
        }
    }

    /// Knows how many invalidations are under way.
    private static class Counting extends MmuNotifier {
        int active;
        int starts;
        final List<String> faults = new ArrayList<>();

        @Override
        public void invalidateRangeStart(
                Cpu cpu, long start, long end, boolean mayBlock, InvalidationEvent event) {
            starts++;
            active++;
        }

        @Override
        public void invalidateRangeEnd(Cpu cpu, long start, long end) {
            if (--active < 0) {
                faults.add("end of %d to %d without its start".formatted(start, end));
            }
        }

        @Override
        public boolean clearFlushYoung(Cpu cpu, long start, long end) {
            return false;
        }

        @Override
        public boolean clearYoung(Cpu cpu, long start, long end) {
            return false;
        }

        @Override
        public boolean testYoung(Cpu cpu, long vpn) {
            return false;
        }

        @Override
        public void release(Cpu cpu) {}
    }

    @ParameterizedTest
    @EnumSource
    void whoJoinsDuringAnInvalidationSeesNoneOfIt(Invalidation what) {
        boolean huge = what == Invalidation.HUGE_EVICTION || what == Invalidation.HUGE_SPLIT;
        SmallHost small = SmallHost.virtual().classic();
        if (huge) {
            small.thp();
        }
        if (what == Invalidation.HUGE_SPLIT) {
            // no cluster of slots for the whole of it
            small.slots(300);
        }
        Slow slow = new Slow();
        Counting late = new Counting();
        Word begun = new Word();
        Process[] made = new Process[1];
        small.run(
                cpu -> {
                    Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
                    p.writeAll(cpu, 0, PAGES);
                    small.host().lru().drain(cpu);
                    p.mm.notifiers().register(cpu, slow);
                    made[0] = p;
                    cpu.store(begun, 1);
                    begin(cpu, small, p, what);
                    assertThat(slow.starts).isPositive();
                    assertThat(late.faults).isEmpty();
                },
                cpu -> {
                    cpu.block(begun, -1, 1);
                    while (slow.active == 0) {
                        cpu.sleep(10_000);
                    }
                    made[0].mm.notifiers().register(cpu, late);
                });
        assertThat(late.faults).isEmpty();
        assertThat(late.active).isZero();
    }

    private static void begin(Cpu cpu, SmallHost small, Process p, Invalidation what) {
        switch (what) {
            case MUNMAP -> small.host().mappingChanges().unmap(cpu, p.vma);
            case MPROTECT -> small.host().mappingChanges().protect(cpu, p.vma, false);
            case REAP -> small.host().mappingChanges().reap(cpu, p.mm);
            default -> {
                for (int turn = 0; turn < 4; turn++) {
                    small.host().memcgFiles().reclaim(cpu, p.memcg, 8);
                }
            }
        }
    }

    /// When two join who map the same, each through memory of its own besides, neither waits for
    /// ever.
    @Test
    void addressSpacesThatShareDoNotWaitForEachOther() {
        SmallHost small = SmallHost.virtual();
        var one = small.host().objects().newMemfd(10);
        var two = small.host().objects().newMemfd(10);
        Actor[] actors = new Actor[2];
        for (int i = 0; i < 2; i++) {
            boolean swapped = i == 1;
            actors[i] =
                    cpu -> {
                        Process p = small.process(cpu, Memcg.UNLIMITED, 10);
                        p.mm.map(cpu, 5_000, 10, swapped ? one : two, 0, true);
                        p.mm.map(cpu, 6_000, 10, swapped ? two : one, 0, true);
                        p.mm.map(cpu, 7_000, 10, one, 0, true);
                        for (int turn = 0; turn < 50; turn++) {
                            Counting counting = new Counting();
                            p.mm.notifiers().register(cpu, counting);
                            p.mm.notifiers().unregister(cpu, counting);
                        }
                    };
        }
        small.run(actors);
    }

    /// Calls overlap, so that at every moment one is just beginning; each takes longer than the
    /// next one's delay.
    @Test
    void whoHasLeftIsNotCalledAnyMore() {
        VirtualEngine engine =
                new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
        MmuNotifierSubscriptions mm = new MmuNotifierSubscriptions();
        boolean[] left = {false};
        int[] calls = {0};
        Counting leaver =
                new Counting() {
                    @Override
                    public boolean clearYoung(Cpu cpu, long start, long end) {
                        calls[0]++;
                        for (int i = 0; i < 20; i++) {
                            assertThat(left[0]).as("called after it left").isFalse();
                            cpu.sleep(1_000);
                        }
                        return false;
                    }
                };
        engine.spawn(
                "leaver",
                cpu -> {
                    mm.register(cpu, leaver);
                    cpu.sleep(100_000);
                    mm.unregister(cpu, leaver);
                    left[0] = true;
                });
        for (int i = 0; i < 30; i++) {
            int me = i;
            engine.spawn(
                    "caller" + i,
                    cpu -> {
                        cpu.sleep(1_000 + 700 * me);
                        while (!left[0]) {
                            mm.clearYoung(cpu, 0, 1);
                            cpu.sleep(500);
                        }
                    });
        }
        engine.run();
        assertThat(calls[0]).isPositive();
    }
}
