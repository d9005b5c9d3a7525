package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Several cgroups on one host, one busy and one idle: who loses pages, by whose reclaim.
final class NeighboursTest {
    private static final int PAGES = 2_000;

    private Process hot;
    private Process cold;

    /// Reclaim of the whole host, by every order there is.
    static Stream<Arguments> orders() {
        return Stream.of(
                Arguments.of(7, KernelVersion.V6_12),
                Arguments.of(1, KernelVersion.V6_12),
                Arguments.of(7, KernelVersion.V6_1),
                Arguments.of(7, KernelVersion.V6_18),
                Arguments.of(0, KernelVersion.V6_12),
                Arguments.of(0, KernelVersion.V6_1));
    }

    private static SmallHost host(int lruGen, KernelVersion kernel) {
        return SmallHost.virtual()
                .lruGen(lruGen)
                .kernel(kernel)
                .frames(3 * PAGES)
                .watermarks(50, 200, 350);
    }

    private void fill(Cpu cpu, SmallHost small) {
        cold = small.process(cpu, Memcg.UNLIMITED, PAGES);
        hot = small.process(cpu, Memcg.UNLIMITED, PAGES);
        cold.writeAll(cpu, 0, PAGES);
        hot.writeAll(cpu, 0, PAGES);
    }

    /// A third cgroup needs memory, page by page, while the hot one uses all of its own.
    private void press(Cpu cpu, SmallHost small, int pages) {
        Process other = small.process(cpu, Memcg.UNLIMITED, pages);
        press(cpu, other, 0, pages);
    }

    private void press(Cpu cpu, Process other, int from, int to) {
        for (int page = from; page < to; page++) {
            other.write(cpu, page);
            for (int i = 0; i < PAGES / 16; i++) {
                hot.read(cpu, (page * (PAGES / 16) + i) % PAGES);
            }
            // statistics are two seconds old at most
            cpu.chargeNanos(2_000_000);
        }
    }

    /// The first reclaim of a host knows nothing yet: it ages twice in a row, and takes what has
    /// not been used in between. What it took is not held against it.
    private void pressTwice(SmallHost small) {
        small.run(cpu -> {
            fill(cpu, small);
            Process other = small.process(cpu, Memcg.UNLIMITED, 2 * PAGES);
            press(cpu, other, 0, PAGES);
            long ofHot = stolen(hot);
            long ofCold = stolen(cold);
            press(cpu, other, PAGES, PAGES + 1_600);
            assertThat(stolen(cold) - ofCold).isPositive();
            assertThat(stolen(hot) - ofHot).isLessThan((stolen(cold) - ofCold) / 4);
            assertThat(resident(hot)).isGreaterThan(PAGES - 64);
        });
    }

    private static long resident(Process process) {
        return java.util.stream.IntStream.range(0, PAGES).filter(process::isResident).count();
    }

    private static long stolen(Process process) {
        return process.memcg.stat().get(VmEvent.PGSTEAL);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void kswapdTakesFromTheIdleOne(int lruGen, KernelVersion kernel) {
        SmallHost small = host(lruGen, kernel).kswapd();
        pressTwice(small);
        assertThat(small.stat(VmEvent.PGSTEAL_KSWAPD)).isPositive();
    }

    @ParameterizedTest
    @MethodSource("orders")
    void soDoesWhoeverMustReclaimByItself(int lruGen, KernelVersion kernel) {
        SmallHost small = host(lruGen, kernel);
        pressTwice(small);
        assertThat(small.stat(VmEvent.PGSTEAL_DIRECT)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 1, 0})
    void memoryReclaimTakesFromTheOneThatItIsAskedOf(int lruGen) {
        SmallHost small = host(lruGen, KernelVersion.V6_12);
        small.run(cpu -> {
            fill(cpu, small);
            MemcgFiles files = small.host().memcgFiles();
            assertThat(files.reclaim(cpu, hot.memcg, 500)).isGreaterThanOrEqualTo(500);
            assertThat(resident(hot)).isLessThanOrEqualTo(PAGES - 500);
            assertThat(resident(cold)).isEqualTo(PAGES);
            long left = resident(hot);
            assertThat(files.reclaim(cpu, cold.memcg, 300)).isGreaterThanOrEqualTo(300);
            assertThat(resident(cold)).isLessThanOrEqualTo(PAGES - 300);
            assertThat(resident(hot)).isEqualTo(left);
            assertThat(files.reclaim(cpu, small.host().memcgs().root(), 400))
                    .isGreaterThanOrEqualTo(400);
            assertThat(resident(hot) + resident(cold)).isLessThanOrEqualTo(left + PAGES - 700);
        });
        assertThat(small.stat(VmEvent.PGSTEAL)).isEqualTo(stolen(hot) + stolen(cold));
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void whatCannotBeReclaimedIsSaid(int lruGen) {
        SmallHost small = host(lruGen, KernelVersion.V6_12);
        small.run(cpu -> {
            fill(cpu, small);
            MemcgFiles files = small.host().memcgFiles();
            long freed = files.reclaim(cpu, cold.memcg, PAGES + 1);
            assertThat(freed).isBetween(PAGES - 64L, (long) PAGES).isEqualTo(stolen(cold));
            assertThat(resident(cold)).isLessThan(64);
            assertThat(resident(hot)).isEqualTo(PAGES);
        });
    }

    @ParameterizedTest
    @MethodSource("orders")
    void withinItsMinimumACgroupIsLeftAlone(int lruGen, KernelVersion kernel) {
        SmallHost small = host(lruGen, kernel).kswapd();
        small.run(cpu -> {
            fill(cpu, small);
            cold.memcg.setMin(PAGES + 64);
            press(cpu, small, PAGES + 400);
            // not even when all others have given what they had
            MemcgFiles files = small.host().memcgFiles();
            Memcg root = small.host().memcgs().root();
            assertThat(files.reclaim(cpu, root, 3L * PAGES)).isLessThan(3L * PAGES);
        });
        assertThat(stolen(cold)).isZero();
        assertThat(resident(cold)).isEqualTo(PAGES);
        assertThat(small.stat(VmEvent.PGSTEAL)).isPositive();
    }

    @ParameterizedTest
    @MethodSource("orders")
    void withinItsLowACgroupGivesOnlyWhenOthersHaveNothing(int lruGen, KernelVersion kernel) {
        SmallHost small = host(lruGen, kernel);
        small.run(cpu -> {
            fill(cpu, small);
            cold.memcg.setLow(PAGES + 64);
            hot.memcg.setMin(PAGES + 64);
            Process other = small.process(cpu, small.host().memcgs().add(Memcg.UNLIMITED), 2_600);
            other.writeAll(cpu, 0, 2_600);
            assertThat(stolen(other)).isGreaterThan(400);
            if (lruGen != 0 && !kernel.isBefore(KernelVersion.V6_12)) {
                // that order passes over it once, and then not again until it was aged
                assertThat(stolen(cold)).isLessThan(stolen(other) / 2);
            } else {
                assertThat(stolen(cold)).as("others had enough").isZero();
                assertThat(cold.memcg.events(MemcgEvent.LOW)).isZero();
            }
            other.memcg.setMin(Memcg.UNLIMITED);
            Process last = small.process(cpu, other.memcg, 800);
            last.writeAll(cpu, 0, 800);
        });
        assertThat(stolen(hot)).isZero();
        assertThat(stolen(cold)).isPositive();
        assertThat(cold.memcg.events(MemcgEvent.LOW)).isPositive();
    }

    @Test
    void theLruOfCgroupsPassesOnceOverOneThatIsWithinItsLow() {
        SmallHost small = host(7, KernelVersion.V6_12);
        small.run(cpu -> {
            fill(cpu, small);
            cold.memcg.setLow(PAGES + 64);
            ReclaimContext context = small.host().reclaim().context();
            LruGenAging aging = Session.undisturbed(context);
            LruGenEviction eviction = LruGenEviction.of(context, aging);
            ClassicReclaim classic = ClassicReclaim.of(context);
            LruvecReclaim lruvecs = new LruvecReclaim(eviction, classic);
            MemcgLruOrder order = new MemcgLruOrder(context, lruvecs, eviction, 1);
            ScanControl sc = new ScanControl();
            sc.start(null, false, Long.MAX_VALUE, 60);
            sc.priority = 0;
            sc.fromGenerations = true;
            order.shrink(cpu, sc);
            assertThat(context.memcgLru().isAtTail(cold.memcg)).isTrue();
            assertThat(context.memcgLru().isAtTail(hot.memcg)).isFalse();
            order.shrink(cpu, sc);
            assertThat(cold.memcg.events(MemcgEvent.LOW)).isPositive();
        });
    }

    @Test
    void protectionAboveWhichACgroupIsSparesItsClassicListsInProportion() {
        SmallHost small = host(0, KernelVersion.V6_12);
        small.run(cpu -> {
            fill(cpu, small);
            small.host().lru().drain(cpu);
            cold.memcg.setMin(PAGES / 2);
            ReclaimContext context = small.host().reclaim().context();
            ScanControl sc = new ScanControl();
            sc.start(null, false, 32, 60);
            sc.priority = 0;
            Protected spared = new Protected(context);
            long[] nr = new long[4];
            spared.calculate(hot.memcg, sc);
            new ScanBalance(spared).count(hot.memcg, sc, true, nr);
            assertThat(nr[0]).isEqualTo(PAGES);
            spared.calculate(cold.memcg, sc);
            new ScanBalance(spared).count(cold.memcg, sc, true, nr);
            long usage = cold.memcg.current();
            assertThat(nr[0]).isEqualTo(PAGES - PAGES * (PAGES / 2L) / (usage + 1));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void aLimitSetLaterTakesHoldAtOnce(int lruGen) {
        SmallHost small = host(lruGen, KernelVersion.V6_12);
        small.run(cpu -> {
            fill(cpu, small);
            MemcgFiles files = small.host().memcgFiles();
            assertThat(files.setMax(cpu, cold.memcg, 1_500)).isTrue();
            assertThat(cold.memcg.current()).isLessThanOrEqualTo(1_500);
            assertThat(files.setHigh(cpu, cold.memcg, 1_000)).isTrue();
            assertThat(cold.memcg.current()).isLessThanOrEqualTo(1_000);
            assertThat(resident(hot)).isEqualTo(PAGES);
            cold.readAll(cpu, 0, PAGES);
            assertThat(cold.memcg.current()).isLessThanOrEqualTo(1_064);
            assertThat(cold.memcg.events(MemcgEvent.HIGH)).isPositive();
            assertThat(cold.memcg.events(MemcgEvent.MAX)).isZero();
            assertThat(resident(hot)).isEqualTo(PAGES);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void aLimitOfTheParentTakesFromAllItsChildrenAndFromNobodyElse(int lruGen) {
        SmallHost small = host(lruGen, KernelVersion.V6_12);
        small.run(cpu -> {
            fill(cpu, small);
            Memcg parent = small.host().memcgs().add(1_200);
            Process one = small.process(cpu, small.host().memcgs().add(parent), 1_000);
            Process two = small.process(cpu, small.host().memcgs().add(parent), 1_000);
            for (int page = 0; page < 1_000; page++) {
                one.write(cpu, page);
                two.write(cpu, page);
            }
            assertThat(parent.current()).isLessThanOrEqualTo(1_200);
            assertThat(stolen(one)).isGreaterThan(200);
            assertThat(stolen(two)).isGreaterThan(200);
            assertThat(stolen(hot) + stolen(cold)).isZero();
        });
    }
}
