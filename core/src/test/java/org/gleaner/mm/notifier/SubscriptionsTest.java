package org.gleaner.mm.notifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gleaner.machine.Actor;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.junit.jupiter.api.Test;

/// The loops over subscribers: which answers are ORed and where each generation stops.
final class SubscriptionsTest {
    private final MmuNotifierSubscriptions mm = new MmuNotifierSubscriptions();
    private final FakeSecondary one = new FakeSecondary();
    private final FakeSecondary two = new FakeSecondary();

    private void run(Actor body) {
        VirtualEngine engine =
                new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
        engine.spawn(
                "mm",
                cpu -> {
                    mm.register(cpu, one);
                    mm.register(cpu, two);
                    body.run(cpu);
                });
        engine.run();
    }

    @Test
    void nobodyListensNobodyPays() {
        VirtualEngine engine =
                new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
        engine.spawn(
                "mm",
                cpu -> {
                    assertThat(mm.isEmpty()).isTrue();
                    assertThat(mm.clearYoung(cpu, 0, 9)).isFalse();
                    mm.invalidateRangeStart(cpu, 0, 9, true, InvalidationEvent.CLEAR);
                    mm.invalidateRangeEnd(cpu, 0, 9);
                    assertThat(cpu.now()).isZero();
                });
        engine.run();
    }

    @Test
    void clearAsksAllAndTestStopsAtTheFirstYoung() {
        run(cpu -> {
            one.young.add(3L);
            two.young.add(3L);
            assertThat(mm.testYoung(cpu, 3)).isTrue();
            assertThat(two.calls).isEmpty();
            assertThat(mm.clearYoung(cpu, 3, 4)).isTrue();
            assertThat(one.young).isEmpty();
            assertThat(two.young).isEmpty();
            assertThat(mm.clearFlushYoung(cpu, 3, 4)).isFalse();
        });
    }

    @Test
    void v1FallsBackOnlyOnDemandAndReportsOnlyTheFallback() {
        run(cpu -> {
            one.fast = false;
            one.young.add(7L);
            two.young.add(5L);
            long[] zeros = {0};
            assertThat(FlipBitmapYoung.testClearYoung(cpu, mm, 4, 8, false, zeros)).isFalse();
            assertThat(zeros[0]).isEqualTo(1L << 2);
            assertThat(two.young).containsExactly(5L);
            long[] ones = {0b1111};
            assertThat(FlipBitmapYoung.testClearYoung(cpu, mm, 4, 8, true, ones)).isTrue();
            assertThat(ones[0]).isEqualTo(0b1011);
            assertThat(one.young).isEmpty();
            assertThat(two.young).isEmpty();
        });
    }

    @Test
    void v2TestStopsEarlyEvenWithABitmap() {
        run(cpu -> {
            one.young.add(7L);
            two.young.add(4L);
            long[] bitmap = {0};
            int answer = PredicateBitmapYoung.testClearYoung(cpu, mm, 4, 8, false, bitmap);
            assertThat(answer).isEqualTo(PredicateBitmapYoung.LOCKLESS);
            assertThat(bitmap[0]).as("the second subscriber's bit is missing").isEqualTo(1);
            one.fast = false;
            assertThat(PredicateBitmapYoung.testClearYoung(cpu, mm, 4, 8, true, null))
                    .isEqualTo(PredicateBitmapYoung.LOCKLESS | PredicateBitmapYoung.YOUNG);
        });
    }

    @Test
    void v3TestVisitsAllForABitmapAndSaysUnreliable() {
        run(cpu -> {
            one.young.add(7L);
            two.young.add(4L);
            long[] bitmap = {0};
            assertThat(SplitBitmapYoung.testYoung(cpu, mm, 4, 8, bitmap))
                    .isEqualTo(SplitBitmapYoung.FAST);
            assertThat(bitmap[0]).isEqualTo(0b1001);
            assertThat(SplitBitmapYoung.testYoung(cpu, mm, 4, 8, null))
                    .isEqualTo(SplitBitmapYoung.FAST);
            assertThat(two.calls).hasSize(1);
            two.fast = false;
            assertThat(SplitBitmapYoung.clearYoung(cpu, mm, 4, 8, bitmap))
                    .isEqualTo(SplitBitmapYoung.FAST | SplitBitmapYoung.UNRELIABLE);
            assertThat(one.young).isEmpty();
            assertThat(two.young).containsExactly(4L);
        });
    }

    @Test
    void v5AnswersWithTheLastSubscriber() {
        run(cpu -> {
            one.young.add(7L);
            assertThat(FastOnlyYoung.testClearYoungFastOnly(cpu, mm, 7, 8, true))
                    .as("the old second subscriber overrides the young first")
                    .isZero();
            one.fast = false;
            assertThat(FastOnlyYoung.testClearYoungFastOnly(cpu, mm, 7, 8, true))
                    .isEqualTo(FastOnlyYoung.FAST_FAILED);
            assertThat(two.calls).hasSize(1);
        });
    }

    @Test
    void v6PassesOverThoseThatDidNotOptIn() {
        run(cpu -> {
            one.fast = false;
            one.young.add(7L);
            assertThat(FastOnlyFlagYoung.anyFast(mm)).isTrue();
            assertThat(FastOnlyFlagYoung.clearYoung(cpu, mm, 7, 8, true)).isFalse();
            assertThat(one.young).containsExactly(7L);
            assertThat(FastOnlyFlagYoung.testYoung(cpu, mm, 7, false)).isTrue();
            assertThat(FastOnlyFlagYoung.clearYoung(cpu, mm, 7, 8, false)).isTrue();
            assertThat(one.young).isEmpty();
        });
    }

    @Test
    void twoBitmapsRecordEvenWhatTheyDoNotClear() {
        run(cpu -> {
            one.young.add(7L);
            two.young.add(6L);
            long[] young = {0};
            long[] predicate = {0b10};
            assertThat(TwoBitmapYoung.testClearYoung(cpu, mm, 4, 8, true, young, predicate))
                    .isTrue();
            assertThat(young[0]).isEqualTo(0b11);
            assertThat(predicate[0]).isEqualTo(0b10);
            assertThat(one.young).containsExactly(7L);
            assertThat(two.young).isEmpty();
        });
    }

    @Test
    void twoBitmapsAskWhoHasTheBaselineAlonePageByPage() {
        run(cpu -> {
            one.hasGeneration = false;
            one.young.addAll(List.of(5L, 6L));
            two.young.add(7L);
            long[] young = {1L << 40};
            long[] predicate = {0b0101};
            assertThat(TwoBitmapYoung.testClearYoung(cpu, mm, 4, 8, true, young, predicate))
                    .isTrue();
            assertThat(young[0]).isEqualTo(1L << 40 | 0b0111);
            assertThat(predicate[0]).isEqualTo(0b0101);
            assertThat(one.young).as("6 was not to be cleared").containsExactly(6L);
            assertThat(two.young).isEmpty();
            assertThat(one.calls).containsExactly("test 4", "clear 5 6", "test 6", "clear 7 8");
        });
    }

    @Test
    void releaseAndUnregisterTellOnce() {
        run(cpu -> {
            mm.unregister(cpu, one);
            assertThat(one.calls).containsExactly("release");
            mm.release(cpu);
            assertThat(two.calls).containsExactly("release");
            mm.unregister(cpu, two);
            assertThat(two.calls).containsExactly("release");
            assertThat(mm.isEmpty()).isTrue();
        });
    }
}
