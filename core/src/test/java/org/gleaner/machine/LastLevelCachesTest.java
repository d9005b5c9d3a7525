package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Where a socket has several last-level caches, those behind one of them have what it has.
class LastLevelCachesTest {
    private static final CostModel X86 = CostModel.named("x86-zen2");
    private static final long NEAR = nanos(Cost.LINE_XFER_NEAR);
    private static final long SAME = nanos(Cost.LINE_XFER_SAME);

    /// CPUs 0 and 2 are behind one cache, 1 and 3 behind the other.
    private static final Topology TWO_CACHES = new Topology(1, 4, 1, 2);

    private static long nanos(Cost cost) {
        return X86.ticks(cost) / CostModel.TICKS_PER_NANO;
    }

    private static VirtualEngine engine(Topology topology) {
        return new VirtualEngine(X86, VirtualOptions.seed(1).withTopology(topology));
    }

    private record Access(int cpu, boolean writes) {}

    private static Access write(int cpu) {
        return new Access(cpu, true);
    }

    private static Access load(int cpu) {
        return new Access(cpu, false);
    }

    /// What each access takes, one after the other.
    private static List<Long> took(Access... all) {
        Word line = new Word();
        VirtualEngine engine = engine(TWO_CACHES);
        List<Long> took = new ArrayList<>();
        for (int id = 0; id < 4; id++) {
            engine.spawn("cpu" + id, cpu -> play(cpu, line, all, took));
        }
        engine.run();
        return took;
    }

    private static void play(Cpu cpu, Word line, Access[] all, List<Long> took) {
        for (int i = 0; i < all.length; i++) {
            if (all[i].cpu() == cpu.id) {
                cpu.sleep(1_000L * (i + 1) - cpu.now());
                long start = cpu.now();
                if (all[i].writes()) {
                    cpu.fetchAdd(line, 1);
                } else {
                    cpu.load(line);
                }
                took.add(cpu.now() - start);
            }
        }
    }

    @Test
    void fromCoreToCoreBehindOneCacheIsNear() {
        assertThat(took(write(0), write(1), write(3), write(1), write(2)))
                .containsExactly(SAME, SAME, NEAR, NEAR, SAME);
    }

    @Test
    void theFirstLoadBringsACopyForAllBehindItsCache() {
        assertThat(took(write(1), load(0), load(2), load(3)))
                .containsExactly(SAME, SAME, NEAR, NEAR);
    }

    @Test
    void whoWritesTakesTheLineBackFromWhereCopiesAre() {
        assertThat(took(write(0), load(2), write(0))).containsExactly(SAME, NEAR, NEAR);
        assertThat(took(write(0), load(2), load(1), write(0), load(1)))
                .containsExactly(SAME, NEAR, SAME, SAME, SAME);
    }

    /// A mailbox is at its owner's cache from the beginning.
    @Test
    void aRequestFetchesAMailboxFromItsOwnersCache() {
        VirtualEngine engine = engine(TWO_CACHES);
        List<Long> took = new ArrayList<>();
        List<Cpu> cpus = new ArrayList<>();
        for (int id = 0; id < 3; id++) {
            cpus.add(
                    engine.spawn(
                            "cpu" + id,
                            cpu -> {
                                cpu.sleep(1_000L * (cpu.id + 1));
                                if (cpu.id == 1) {
                                    return;
                                }
                                Mailbox[] targets = {new Mailbox(cpus.get(0))};
                                long start = cpu.now();
                                cpu.interrupt(targets, 1, 1);
                                took.add(cpu.now() - start - nanos(Cost.LINE_LOCAL_RMW));
                                targets[0] = new Mailbox(cpus.get(1));
                                start = cpu.now();
                                cpu.interrupt(targets, 1, 1);
                                took.add(cpu.now() - start - nanos(Cost.LINE_LOCAL_RMW));
                            }));
        }
        engine.run();
        long own = nanos(Cost.LINE_LOCAL_RMW);
        assertThat(took).containsExactly(own, SAME, NEAR, SAME);
    }

    @Test
    void ofManyThatWaitThoseBehindOneCacheShareATransfer() {
        long apart = storm(new Topology(1, 16, 1, 0));
        long together = storm(new Topology(1, 16, 1, 8));
        assertThat(together).isBetween(apart / 2, apart * 9 / 10);
    }

    /// How long 16 CPUs take that write to one line a hundred times each.
    private static long storm(Topology topology) {
        Word line = new Word();
        VirtualEngine engine = engine(topology);
        for (int id = 0; id < 16; id++) {
            engine.spawn(
                    "cpu" + id,
                    cpu -> {
                        for (int i = 0; i < 100; i++) {
                            cpu.fetchAdd(line, 1);
                            cpu.charge(Cost.KVM_LOOKUP);
                        }
                    });
        }
        engine.run();
        assertThat(line.snapshot()).isEqualTo(16 * 100);
        return engine.now();
    }

    @Test
    void asManyStayOnOneSocketAsItHasCaches() {
        Topology small = new Topology(2, 128, 2, 8);
        assertThat(small.isOneSocket(8)).isTrue();
        assertThat(small.isOneSocket(9)).isFalse();
        assertThat(new Topology(2, 128, 2, 0).isOneSocket(9)).isTrue();
    }
}
