package org.gleaner.mm.memcg;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `memory.swap.max`.
final class MemcgSwapTest {
    private static final String EACH = "{0} lru_gen {1}";
    private static final int LIMIT = 1000;
    private static final int SWAP = 500;

    @ParameterizedTest(name = EACH)
    @CsvSource({"6.1, 0", "6.12, 0", "6.18, 0", "7.2, 0", "6.1, 7", "6.12, 7", "6.18, 7", "7.2, 7"})
    void aCgroupThatMayNotSwapAnyMoreMeetsTheKiller(String kernel, int lruGen) {
        SmallHost small = host(kernel, lruGen);
        small.run(cpu -> {
            Process process = small.process(cpu, LIMIT, 3 * LIMIT);
            MemcgSwap swap = process.memcg.swap();
            swap.setMax(SWAP);
            long got = touch(cpu, process, 3 * LIMIT);
            // MGLRU does not begin a pass with fewer than 64 slots
            assertThat(swap.current()).isBetween(SWAP - 64L, (long) SWAP);
            assertThat(got).isBetween(LIMIT + SWAP - 200L, LIMIT + SWAP + 0L);
            assertThat(process.memcg.events(MemcgEvent.OOM_KILL)).isOne();
        });
        assertThat(small.stat(VmEvent.PSWPOUT)).isBetween(SWAP - 64L, (long) SWAP);
    }

    @ParameterizedTest(name = EACH)
    @CsvSource({"6.1, 0", "6.12, 7", "7.2, 0", "7.2, 7"})
    void theLimitOfAParentIsThatOfItsChildrenTogether(String kernel, int lruGen) {
        SmallHost small = host(kernel, lruGen);
        small.run(cpu -> {
            Memcg parent = small.host().memcgs().add(2 * LIMIT);
            parent.swap().setMax(SWAP);
            Process one = small.process(cpu, small.host().memcgs().add(parent), 2 * LIMIT);
            Process other = small.process(cpu, small.host().memcgs().add(parent), 2 * LIMIT);
            touch(cpu, one, LIMIT);
            touch(cpu, other, 2 * LIMIT);
            long both = one.memcg.swap().current() + other.memcg.swap().current();
            assertThat(parent.swap().current()).isEqualTo(both).isBetween(SWAP - 64L, 0L + SWAP);
            // counted where the victim is, and up the tree
            assertThat(parent.events(MemcgEvent.OOM_KILL)).isOne();
        });
    }

    @ParameterizedTest(name = EACH)
    @CsvSource({"6.1, 0", "6.12, 0", "6.18, 0", "7.2, 0", "6.1, 7", "6.12, 7", "6.18, 7", "7.2, 7"})
    void aHostThatIsShortTakesFromOthers(String kernel, int lruGen) {
        SmallHost small = host(kernel, lruGen).frames(3 * LIMIT);
        small.run(cpu -> {
            Process kept = small.process(cpu, Memcg.UNLIMITED, LIMIT);
            kept.memcg.swap().setMax(0);
            Process other = small.process(cpu, Memcg.UNLIMITED, 4 * LIMIT);
            touch(cpu, kept, LIMIT);
            assertThat(touch(cpu, other, 4 * LIMIT)).isEqualTo(4 * LIMIT);
            assertThat(kept.memcg.stat().get(VmEvent.PGSTEAL)).isZero();
            assertThat(kept.memcg.swap().current()).isZero();
            assertThat(other.memcg.swap().current()).isGreaterThan(LIMIT);
            long all = small.host().memcgs().root().swap().current();
            assertThat(all).isEqualTo(other.memcg.swap().current());
        });
    }

    @ParameterizedTest(name = EACH)
    @CsvSource({"6.1, 0", "6.12, 7", "6.18, 7", "7.2, 0"})
    void whatIsReadBackMayBeSwappedOutAgain(String kernel, int lruGen) {
        SmallHost small = host(kernel, lruGen);
        small.run(cpu -> {
            Process process = small.process(cpu, LIMIT, LIMIT + SWAP / 2);
            process.memcg.swap().setMax(SWAP);
            for (int round = 0; round < 4; round++) {
                assertThat(touch(cpu, process, LIMIT + SWAP / 2)).isEqualTo(LIMIT + SWAP / 2);
            }
            assertThat(process.memcg.swap().current()).isLessThanOrEqualTo(SWAP);
        });
        assertThat(small.stat(VmEvent.PSWPOUT)).isGreaterThan(SWAP);
    }

    private static SmallHost host(String kernel, int lruGen) {
        return SmallHost.virtual().kernel(KernelVersion.forName(kernel)).lruGen(lruGen);
    }

    /// Writes pages in order until one fails; returns how many it wrote.
    private static long touch(Cpu cpu, Process process, int pages) {
        for (int page = 0; page < pages; page++) {
            if (process.task.access(cpu, Process.BASE + page, true) != PageFaults.DONE) {
                return page;
            }
        }
        return pages;
    }
}
