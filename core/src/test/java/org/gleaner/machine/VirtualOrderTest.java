package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who goes when: horizons, ties, folding, slack.
final class VirtualOrderTest {
    private static final CostModel X86 = CostModel.named("x86-server");

    private static VirtualEngine engine(long seed) {
        return new VirtualEngine(X86, VirtualOptions.seed(seed));
    }

    @Test
    void aTournamentGivesWhatASearchOfAllKeysGives() {
        SplittableRandom random = new SplittableRandom(42);
        EventTree tree = new EventTree();
        long[] keys = new long[300];
        java.util.Arrays.fill(keys, EventTree.NEVER);
        int leaves = 0;
        for (int i = 0; i < 20_000; i++) {
            if (leaves < keys.length && random.nextInt(50) == 0) {
                leaves++;
                tree.grow(leaves);
            }
            if (leaves == 0) {
                continue;
            }
            int leaf = random.nextInt(leaves);
            keys[leaf] = random.nextInt(4) == 0 ? EventTree.NEVER : random.nextLong(1L << 50);
            tree.set(leaf, keys[leaf]);
            int other = random.nextInt(leaves);
            long min = EventTree.NEVER;
            long except = EventTree.NEVER;
            for (int k = 0; k < leaves; k++) {
                min = Math.min(min, keys[k]);
                except = k == other ? except : Math.min(except, keys[k]);
            }
            assertThat(tree.min()).isEqualTo(min);
            assertThat(tree.minExcept(other)).isEqualTo(except);
        }
    }

    @Test
    void tiesAreBrokenBySeedAndNotById() {
        boolean lowFirst = false;
        boolean highFirst = false;
        for (long seed = 0; seed < 64; seed++) {
            VirtualEngine engine = engine(seed);
            long[] slab = new long[1];
            List<Integer> order = new ArrayList<>();
            for (int a = 0; a < 2; a++) {
                engine.spawn(
                        "a" + a,
                        cpu -> {
                            cpu.fetchAdd(slab, 0, 1);
                            order.add(cpu.id);
                        });
            }
            engine.run();
            lowFirst |= order.get(0) == 0;
            highFirst |= order.get(0) == 1;
        }
        assertThat(lowFirst).isTrue();
        assertThat(highFirst).isTrue();
    }

    /// Without it the waker would run on to 1,000,000 ns, the time of the only other runnable
    /// actor.
    @Test
    void wakingSomebodyLowersTheHorizonOfTheWaker() {
        VirtualEngine engine = engine(1);
        Word flag = new Word();
        long[] slab = new long[1];
        List<String> order = new ArrayList<>();
        engine.spawn(
                "waiter",
                cpu -> {
                    cpu.await(flag, -1, 1);
                    cpu.fetchAdd(slab, 0, 1);
                    order.add("waiter");
                });
        engine.spawn("far", cpu -> cpu.sleep(1_000_000));
        engine.spawn(
                "waker",
                cpu -> {
                    cpu.chargeNanos(1_000);
                    cpu.store(flag, 1);
                    for (int i = 0; i < 100; i++) {
                        cpu.chargeNanos(100);
                        cpu.fetchAdd(slab, 0, 1);
                        order.add("waker");
                    }
                });
        engine.run();
        // The waiter acts a transfer (50 ns) after the store, the waker 100 ns after it.
        assertThat(order.indexOf("waiter")).isZero();
    }

    @Test
    void spawningSomebodyLowersTheHorizonToo() {
        VirtualEngine engine = engine(1);
        long[] slab = new long[1];
        List<String> order = new ArrayList<>();
        engine.spawn(
                "parent",
                cpu -> {
                    cpu.chargeNanos(500);
                    engine.spawn(
                            "child",
                            child -> {
                                assertThat(child.now()).isEqualTo(500);
                                child.fetchAdd(slab, 0, 1);
                                order.add("child");
                            });
                    cpu.chargeNanos(1);
                    cpu.fetchAdd(slab, 0, 1);
                    order.add("parent");
                });
        engine.run();
        assertThat(order).containsExactly("child", "parent");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void foldingHitsGivesExactlyWhatSingleStepsGive(long seed) {
        Outcome single = hits(seed, false);
        Outcome folded = hits(seed, true);
        assertThat(folded).isEqualTo(single);
    }

    private record Outcome(long hash, List<Long> ends, List<Long> seen) {}

    /// Guests that hit, with a fault (a word) now and then, and a walker that looks at all of them.
    private static Outcome hits(long seed, boolean fold) {
        VirtualEngine engine = engine(seed);
        long[] done = new long[8];
        Word fault = new Word();
        List<Long> seen = new ArrayList<>();
        for (int a = 0; a < 8; a++) {
            engine.spawn(
                    "guest" + a,
                    cpu -> {
                        SplittableRandom random = new SplittableRandom(seed * 31 + cpu.id);
                        for (int burst = 0; burst < 60; burst++) {
                            int left = random.nextInt(40);
                            while (left > 0) {
                                int n = fold ? cpu.foldable(Cost.GUEST_HIT, left) : 0;
                                if (n > 0) {
                                    done[cpu.id] += n;
                                    cpu.charge(Cost.GUEST_HIT, n);
                                    left -= n;
                                } else {
                                    cpu.fetchAdd(done, cpu.id, 1);
                                    cpu.charge(Cost.GUEST_HIT);
                                    left--;
                                }
                            }
                            cpu.fetchAdd(fault, 1);
                            cpu.chargeNanos(random.nextInt(300));
                        }
                    });
        }
        engine.spawn(
                "walker",
                cpu -> {
                    for (int i = 0; i < 200; i++) {
                        cpu.chargeNanos(331);
                        long sum = 0;
                        for (int g = 0; g < 8; g++) {
                            sum = sum * 31 + cpu.load(done, g);
                        }
                        seen.add(sum);
                    }
                });
        engine.run();
        List<Long> ends = new ArrayList<>();
        engine.cpus().forEach(cpu -> ends.add(((VirtualCpu) cpu).ticks));
        return new Outcome(engine.traceHash(), ends, seen);
    }

    @Test
    void slackSavesSwitchesAndBoundsHowFarSlabStepsAreOutOfOrder() {
        long exact = slackSwitches(0, 0);
        long loose = slackSwitches(2_000, 2_000);
        assertThat(loose).isLessThan(exact / 5);
    }

    private static long slackSwitches(long slackNanos, long bound) {
        VirtualEngine engine =
                new VirtualEngine(X86, VirtualOptions.seed(5).withSlabSlack(slackNanos));
        long[] slab = new long[1];
        long[] latest = new long[1];
        for (int a = 0; a < 8; a++) {
            engine.spawn(
                    "a" + a,
                    cpu -> {
                        for (int i = 0; i < 1_000; i++) {
                            cpu.chargeNanos(61 + cpu.id);
                            cpu.fetchAdd(slab, 0, 1);
                            latest[0] = Math.max(latest[0], cpu.now());
                            assertThat(latest[0] - cpu.now()).isLessThanOrEqualTo(bound);
                        }
                    });
        }
        engine.run();
        assertThat(slab[0]).isEqualTo(8_000);
        return engine.switches();
    }

    @Test
    void aStepInsideAClassInitialiserFailsAndNamesTheClass() {
        VirtualEngine engine =
                new VirtualEngine(
                        X86, VirtualOptions.seed(1).withCoroutines(Coroutines.CONTINUATION));
        engine.spawn("other", cpu -> cpu.sleep(10));
        engine.spawn(
                "pinned",
                cpu -> {
                    Late.cpu = cpu;
                    Late.touch();
                });
        assertThatThrownBy(engine::run)
                .satisfies(t -> {
                    Throwable root = t.getCause() == null ? t : t.getCause();
                    assertThat(root)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("actor pinned cannot yield here")
                            .hasMessageContaining("initialise that class before");
                });
    }

    private static final class Late {
        static Cpu cpu;

        private Late() {}

        static void touch() {
            assertThat(Initialised.VALUE.length()).isPositive();
        }
    }

    private static final class Initialised {
        static final String VALUE;

        static {
            Late.cpu.sleep(100);
            VALUE = "late";
        }
    }
}
