package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.fault.Collapse.Outcome;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Random operations on a VM and its host: faults, zaps, prefetches, `mprotect`, `mmap` and
/// `munmap`, reclaim, changes of slots and logs, splits of huge pages, all at once, with every
/// invariant and the order of locks armed. See [Operator] for what must hold meanwhile; at the end
/// every reference of every page is explained.
///
/// `-Dgleaner.operations=1000000` for that many in each row, `-Dgleaner.torture.seed=N` for others.
@Tag("long")
final class OperationsTest {
    private static final long SEED = Long.getLong("gleaner.torture.seed", 1);
    private static final int OPERATIONS = Integer.getInteger("gleaner.operations", 12_000);
    private static final int SEEDS = Integer.getInteger("gleaner.seeds", 3);
    private static final int FRAMES = 2048;
    private static final int FRAMES_OF_HUGE_PAGES = 12_288;

    @ParameterizedTest
    @CsvSource({
        // design, format, MGLRU, huge pages, manual log
        "merged, ept, 7, false, false",
        "merged, ept-noad, 0, true, true",
        "locked-flush, npt, 7, true, false",
        "v1, ept, 7, true, true",
        "merged, arm64, 7, false, true",
        "locked-flush, arm64_soft, 7, true, false",
        "v1, arm64, 7, true, true",
        "merged, arm64_16k, 7, false, true",
        "v2, arm64_soft_64k, 7, false, false",
    })
    @Timeout(1800)
    void onRealThreads(String design, String format, int lruGen, boolean thp, boolean manual) {
        run(true, SEED, design, format, lruGen, thp, manual, OPERATIONS);
    }

    @ParameterizedTest
    @CsvSource({
        "merged, ept, 7, true, false",
        "merged, ept-noad, 7, false, true",
        "locked-flush, npt, 0, true, true",
        "merged, arm64_soft, 7, false, true",
        "v2, arm64, 0, true, false",
        "v3, arm64_soft_16k, 7, false, true",
        "merged, arm64_64k, 0, false, false",
    })
    @Timeout(1800)
    void inVirtualTime(String design, String format, int lruGen, boolean thp, boolean manual) {
        for (long seed = SEED; seed < SEED + SEEDS; seed++) {
            run(false, seed, design, format, lruGen, thp, manual, OPERATIONS / 6);
        }
    }

    private static void run(
            boolean threads,
            long seed,
            String design,
            String format,
            int lruGen,
            boolean thp,
            boolean manual,
            int operations) {
        AgingPlan plan = AgingDesign.forName(design).plan();
        int frames = thp ? FRAMES_OF_HUGE_PAGES : FRAMES;
        int pageShift = format.endsWith("_16k") ? 14 : format.endsWith("_64k") ? 16 : 12;
        String processor = format.replaceFirst("_(16|64)k$", "");
        HostPaging paging =
                processor.startsWith("arm64") ? HostPaging.arm64(pageShift) : HostPaging.X86_64;
        OperationsHost world =
                new OperationsHost(threads, seed, paging, frames, plan, lruGen, thp, manual);
        VmConfig config =
                VmConfig.of(World.architecture(processor, plan.design()), plan)
                        .withPageShift(pageShift)
                        .withTlb(seed % 2 == 0 ? 0 : 64)
                        .withZapAll(!manual)
                        .withAsyncFaults(manual ? AsyncFaults.Mode.HALT : AsyncFaults.Mode.OFF);
        long begin = System.nanoTime();
        world.run(config, manual, operations / OperationsHost.OPERATORS);
        System.out.printf(
                "%s %s seed %d: %d operations, %.1f s; %s%n",
                design,
                format,
                seed,
                operations,
                (System.nanoTime() - begin) / 1e9,
                world.summary());
        if (operations >= 10_000) {
            for (Operator.Kind kind : Operator.Kind.values()) {
                assertThat(world.tally.get(kind.ordinal())).as("%s", kind).isPositive();
            }
            assertThat(world.host.stat().get(VmEvent.PSWPIN)).isPositive();
            assertThat(world.splits.sum() > 0).isEqualTo(thp);
            boolean collapses = world.collapses.get(Outcome.DONE.ordinal()) > 0;
            // a handful in 12,000: rarely none at all
            assertThat(collapses || operations < 100_000).isEqualTo(thp || operations < 100_000);
            assertThat(world.merges.sum()).isPositive();
            assertThat(world.fetched() > 0).isEqualTo(manual);
        }
    }

    /// What is taken out of the protocols, one thing at a time, is missed.
    static Stream<Arguments> broken() {
        return Stream.of(
                arguments(
                        "I9",
                        new SpteSteps() {
                            @Override
                            public boolean asksTheGate() {
                                return false;
                            }
                        }),
                arguments(
                        "I10",
                        new SpteSteps() {
                            @Override
                            public boolean flushesAfterZap() {
                                return false;
                            }
                        }),
                arguments(
                        "released-once",
                        new SpteSteps() {
                            @Override
                            public int releasesOnRetry() {
                                return 2;
                            }
                        }),
                arguments(
                        "ledger-empty",
                        new SpteSteps() {
                            @Override
                            public int releasesOnRetry() {
                                return 0;
                            }
                        }),
                arguments(
                        "are not in the log",
                        new SpteSteps() {
                            @Override
                            public boolean marksFastFaults() {
                                return false;
                            }
                        }),
                arguments(
                        "L4",
                        new SpteSteps() {
                            @Override
                            public boolean flushesAfterClear() {
                                return false;
                            }
                        }));
    }

    @ParameterizedTest
    @MethodSource("broken")
    @Timeout(600)
    void whatIsBrokenIsSeen(String rule, SpteSteps steps) {
        AgingPlan plan = AgingDesign.forName("merged").plan();
        VmConfig config = VmConfig.of(X86.EPT, plan).withTlb(64).withZapAll(false).withSteps(steps);
        assertThatThrownBy(
                        () -> {
                            for (long seed = SEED; seed < SEED + 8; seed++) {
                                new OperationsHost(
                                                false,
                                                seed,
                                                HostPaging.X86_64,
                                                FRAMES,
                                                plan,
                                                7,
                                                false,
                                                false)
                                        .run(config, false, 2_000);
                            }
                        })
                .hasStackTraceContaining(rule);
    }
}
