package org.gleaner.mm.aging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gleaner.machine.Actor;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.aging.SecondaryAging.Window;
import org.gleaner.mm.notifier.FakeSecondary;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// mm's half of the designs, against a subscriber that is a set of pages.
final class AgingDesignTest {
    private static final int YOUNG = SecondaryAging.YOUNG;
    private static final int LOOK_AROUND = SecondaryAging.LOOK_AROUND;

    private final MmuNotifierSubscriptions mm = new MmuNotifierSubscriptions();
    private final FakeSecondary guest = new FakeSecondary();

    private void run(Actor body) {
        VirtualEngine engine =
                new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
        engine.spawn(
                "mm",
                cpu -> {
                    mm.register(cpu, guest);
                    body.run(cpu);
                });
        engine.run();
    }

    @Test
    void namesAreThoseOfTheCommandLine() {
        for (AgingDesign design : AgingDesign.values()) {
            assertThat(AgingDesign.forName(design.id())).isEqualTo(design);
            assertThat(AgingPlan.parse(design.id())).isEqualTo(design.plan());
            assertThat(design.plan().toString()).isEqualTo(design.id());
        }
        assertThatThrownBy(() -> AgingDesign.forName("v4"))
                .hasMessageContaining("'v4'")
                .hasMessageContaining("locked-flush, locked, v1, v2, v3, v5-fast-only");
        assertThatThrownBy(() -> AgingPlan.parse("v1/fast")).hasMessageContaining("no-look-around");
        assertThat(AgingDesign.ofKernel("6.1")).isEqualTo(AgingDesign.LOCKED_FLUSH);
        assertThat(AgingDesign.ofKernel("6.12")).isEqualTo(AgingDesign.LOCKED);
        assertThat(AgingDesign.ofKernel("6.18")).isEqualTo(AgingDesign.MERGED);
    }

    @Test
    void ablationsAreOptionsOfThePlan() {
        AgingPlan plan = AgingPlan.parse("v1/lock/no-look-around/no-flush");
        assertThat(plan.lock()).isTrue();
        assertThat(plan.flush()).isFalse();
        assertThat(AgingPlan.parse(plan.toString())).isEqualTo(plan);
        run(cpu -> {
            guest.young.add(5L);
            assertThat(plan.secondary().target(cpu, mm, 5, true)).isEqualTo(YOUNG);
        });
    }

    /// With bit 0x8 off, passes see primary bits only; the eviction target is asked for all the
    /// same.
    @ParameterizedTest
    @EnumSource
    void theWalkBitSwitchesPassesOff(AgingDesign design) {
        SecondaryAging off = design.plan().secondary(false);
        boolean asks = design == AgingDesign.LOCKED || design == AgingDesign.MERGED;
        run(cpu -> {
            guest.young.add(5L);
            Window window = off.newWindow();
            window.begin(mm, 0, 64);
            assertThat(window.test(cpu, 5, true)).isTrue();
            assertThat(window.clear(cpu, 5)).isEqualTo(asks);
            assertThat(window.test(cpu, 6, false)).isEqualTo(asks);
            window.finish(cpu);
            assertThat(off.passesOver(mm)).isEqualTo(design == AgingDesign.V3);
            guest.young.add(5L);
            assertThat(off.target(cpu, mm, 5, false) & YOUNG).isEqualTo(YOUNG);
        });
        assertThat(off.passesOver(new MmuNotifierSubscriptions())).isFalse();
        assertThat(design.plan().secondary().passesOver(mm)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aYoungTargetIsYoungOnceAndHarvested(AgingDesign design) {
        SecondaryAging aging = design.plan().secondary();
        boolean looksByItself = design != AgingDesign.LOCKED_FLUSH;
        run(cpu -> {
            guest.young.add(5L);
            assertThat(aging.target(cpu, mm, 5, false))
                    .isEqualTo(looksByItself ? YOUNG | LOOK_AROUND : YOUNG);
            assertThat(guest.young).isEmpty();
            assertThat(aging.target(cpu, mm, 5, false)).isZero();
            assertThat(aging.target(cpu, mm, 5, true)).isEqualTo(LOOK_AROUND);
            guest.young.add(5L);
            assertThat(aging.clearFlushYoung(cpu, mm, 5, 6)).isTrue();
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2", "V3", "V5_FAST_ONLY", "V6_FAST_ONLY"})
    void aSlowAnswerIsYoungButNoReasonToLookAround(AgingDesign design) {
        SecondaryAging aging = design.plan().secondary();
        run(cpu -> {
            guest.fast = false;
            guest.young.add(5L);
            assertThat(aging.target(cpu, mm, 5, false)).isEqualTo(YOUNG);
            assertThat(guest.young).isEmpty();
        });
    }

    /// 200 pages, three in four of them young, every fifth out of scope, holes at the window ends.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LOCKED_FLUSH")
    void aPassConsumesWhatItWasToldAndNothingElse(AgingDesign design) {
        Window window = design.plan().secondary().newWindow();
        run(cpu -> {
            for (long page = 1000; page < 1200; page++) {
                if (page % 4 != 0) {
                    guest.young.add(page);
                }
            }
            window.begin(mm, 1000, 1200);
            for (long page = 1000; page < 1200; page++) {
                boolean hole = page == 1063 || page == 1127 || page % 7 == 0;
                if (hole || !window.test(cpu, page, false)) {
                    continue;
                }
                if (page % 5 == 0) {
                    window.skip(cpu, page);
                } else {
                    boolean young = page % 4 != 0;
                    assertThat(window.clear(cpu, page)).as("%d", page).isEqualTo(young);
                }
            }
            window.finish(cpu);
            for (long page = 1000; page < 1200; page++) {
                boolean hole = page == 1063 || page == 1127 || page % 7 == 0;
                boolean stays = page % 4 != 0 && (hole || page % 5 == 0);
                assertThat(guest.young.contains(page)).as("%d", page).isEqualTo(stays);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2", "V3", "TWO_BITMAPS"})
    void batchedDesignsCallTwicePer64Pages(AgingDesign design) {
        Window window = design.plan().secondary().newWindow();
        run(cpu -> {
            guest.young.add(10L);
            guest.young.add(20L);
            guest.young.add(100L);
            window.begin(mm, 0, 128);
            for (long page = 0; page < 128; page++) {
                if (window.test(cpu, page, page == 5)) {
                    window.clear(cpu, page);
                }
            }
            window.finish(cpu);
            assertThat(guest.calls).hasSize(4);
            assertThat(guest.calls.get(1)).contains(" 10 21");
            assertThat(guest.calls.get(3)).contains(" 100 101");
            assertThat(guest.young).isEmpty();
        });
    }

    @Test
    void lockedFlushSeesOnlyPrimaryBitsInAWalk() {
        Window window = AgingDesign.LOCKED_FLUSH.plan().secondary().newWindow();
        run(cpu -> {
            guest.young.add(1L);
            window.begin(mm, 0, 4);
            assertThat(window.test(cpu, 1, false)).isFalse();
            assertThat(window.test(cpu, 1, true)).isTrue();
            assertThat(window.clear(cpu, 1)).isFalse();
            window.finish(cpu);
            assertThat(guest.calls).isEmpty();
        });
    }

    @Test
    void theUnshiftedPredicateOfHistoryIsCaught() {
        Window broken = new FlipBitmapAging(true).newWindow();
        run(cpu -> {
            guest.young.add(3L);
            broken.begin(mm, 0, 64);
            assertThat(broken.test(cpu, 3, false)).isTrue();
            broken.clear(cpu, 3);
            assertThatThrownBy(() -> broken.finish(cpu)).hasMessageContaining("I19");
        });
    }

    @Test
    void aSkippedPageThatWouldBeClearedIsCaught() {
        Window window = AgingDesign.V2.plan().secondary().newWindow();
        run(cpu -> {
            guest.young.add(3L);
            window.begin(mm, 0, 64);
            assertThat(window.test(cpu, 3, false)).isTrue();
            window.skip(cpu, 3);
            window.clear(cpu, 3);
            assertThatThrownBy(() -> window.finish(cpu)).hasMessageContaining("I18");
        });
    }
}
