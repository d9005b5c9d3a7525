package org.gleaner.mm.lru;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What flags mean, and what becomes of them, kernel by kernel.
final class LruGenRulesTest {
    private static final long MAPPED = ANON | SWAPBACKED;

    private static LruGenRules rules(String kernel) {
        return LruGenRules.of(KernelVersion.forName(kernel));
    }

    private static long state(String names) {
        long bits = MAPPED;
        for (String name : names.split("\\+")) {
            bits |=
                    switch (name) {
                        case "active" -> ACTIVE;
                        case "swapcache" -> SWAPCACHE;
                        case "awaited" -> AWAITED;
                        case "dirty" -> DIRTY;
                        case "ref" -> REFERENCED;
                        case "ws" -> WORKINGSET;
                        case "gen2" -> 2L << GEN_SHIFT;
                        case "refs1" -> 1L << REFS_SHIFT;
                        case "refs2" -> 2L << REFS_SHIFT;
                        case "refs3" -> 3L << REFS_SHIFT;
                        case "-" -> 0;
                        default -> throw new IllegalArgumentException(name);
                    };
        }
        return bits;
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, flags, refs, tier, saturated
        "6.12, ref, 0, 0, false",
        "6.12, ws, 1, 1, false",
        "6.12, ref+ws+refs1, 2, 2, false",
        "6.12, ref+ws+refs2, 3, 2, false",
        "6.12, ref+ws+refs3, 4, 3, true",
        "6.18, -, 0, 0, false",
        "6.18, refs3, 0, 0, false",
        "6.18, ref, 1, 0, false",
        "6.18, ref+refs1, 2, 1, false",
        "6.18, ref+refs2, 3, 2, false",
        "6.18, ref+refs3, 4, 2, false",
        "6.18, ws, 0, 3, false",
        "6.18, ref+ws, 1, 3, false",
        "6.18, ref+ws+refs3, 4, 3, true",
        "7.2, ref+refs1, 2, 1, false",
    })
    void theTierFollowsFromTheFlags(
            String kernel, String flags, int refs, int tier, boolean saturated) {
        LruGenRules rules = rules(kernel);
        assertThat(rules.refs(state(flags))).isEqualTo(refs);
        assertThat(rules.tier(state(flags))).isEqualTo(tier);
        assertThat(rules.saturated(state(flags))).isEqualTo(saturated);
    }

    @ParameterizedTest
    @EnumSource
    void theLadderEndsAfterFourMoreSteps(KernelVersion kernel) {
        LruGenRules rules = LruGenRules.of(kernel);
        long state = MAPPED;
        for (int i = 0; i < 5; i++) {
            long next = rules.inced(state);
            assertThat(next).isNotEqualTo(state);
            state = next;
        }
        assertThat(rules.saturated(state)).isTrue();
        assertThat(rules.inced(state)).isEqualTo(state);
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, flags before folio_add_lru in a fault, in the swap cache at the flush, generation
        // of 2 to 5
        "6.1, -, false, 5",
        "6.12, -, false, 5",
        "6.12, ws+refs3, false, 5",
        "6.18, -, false, 4",
        "6.18, ws, false, 5",
        "7.2, -, false, 4",
        "7.2, -, true, 3",
        "7.2, ref, true, 3",
        "7.2, ws, false, 5",
        "7.2, ws, true, 5",
    })
    void aFaultedFolioStartsWhereItsKernelSays(
            String kernel, String flags, boolean cached, long seq) {
        LruGenRules rules = rules(kernel);
        long state = rules.faulted(state(flags)) | (cached ? SWAPCACHE : 0);
        assertThat(rules.placement(state, LruGen.ANON, false, 2, 5)).isEqualTo(seq);
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, flags of a survivor, oldest, generation it is put into with 5 the youngest
        "6.18, ref, 2, 4",
        "6.18, active+ws, 2, 5",
        "6.18, swapcache+dirty, 2, 2",
        "6.18, swapcache+dirty+ws, 2, 3",
        "6.18, swapcache+dirty+ws, 4, 4",
        "6.18, swapcache+awaited+dirty, 2, 4",
        "7.2, swapcache+dirty, 2, 2",
        "7.2, swapcache+dirty+ref, 2, 3",
        "7.2, active+ref+refs1, 2, 4",
    })
    void aSurvivorIsPlacedByItsFlags(String kernel, String flags, long min, long seq) {
        assertThat(rules(kernel).placement(state(flags), LruGen.ANON, false, min, 5))
                .isEqualTo(seq);
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, before, after a walk that relabels to slot 3
        "6.12, gen2+ref+ws+refs2, moved",
        "6.12, ref, ref",
        "6.12, -, ref",
        "6.18, gen2, gen2+ref",
        "6.18, gen2+refs2, gen2+ref",
        "6.18, gen2+ref+refs1, moved+ws",
        "6.18, gen2+ws, moved+ws",
        "6.18, ref, ref",
        "7.2, gen2+ref, moved+ws",
    })
    void aWalkMovesOrMarks(String kernel, String before, String after) {
        long label = 4L << GEN_SHIFT;
        boolean moved = after.startsWith("moved");
        long expected = state(moved ? after.replaceFirst("moved\\+?", "-+") : after);
        if (moved) {
            expected |= label;
        }
        assertThat(rules(kernel).walked(state(before), label)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, before, after a sighting at eviction or next to one, promoted
        "6.18, -, ref, false",
        "6.18, ref, ws, true",
        "6.18, ws, ws, true",
        "7.2, -, ref, false",
        "7.2, ref, ref+refs1, true",
        "7.2, ref+refs1, ws, true",
        "7.2, ws, ws+ref, true",
    })
    void aSightingMarksAndThenPromotes(
            String kernel, String before, String after, boolean promoted) {
        LruGenRules rules = rules(kernel);
        assertThat(rules.sighted(state(before))).isEqualTo(state(after));
        assertThat(rules.promotes(state(before))).isEqualTo(promoted);
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, evicted when the oldest was, oldest now, youngest now, recent
        "6.12, 3, 3, 6, true",
        "6.12, 3, 4, 6, false",
        "6.18, 3, 4, 6, true",
        "6.18, 3, 4, 7, false",
        "7.2, 5, 5, 7, true",
    })
    void aRefaultIsRecentByTheOldestOrByTheYoungestGeneration(
            String kernel, long evicted, long min, long max, boolean recent) {
        assertThat(rules(kernel).isRecent(evicted, min, max, (1L << 34) - 1)).isEqualTo(recent);
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, bits and flag of the shadow, state after a recent refault in a fault
        "6.1, 0, false, ws+refs3",
        "6.12, 0, false, ws+refs3",
        "6.18, 0, false, -",
        "6.18, 2, false, refs2",
        "6.18, 0, true, ws",
        "7.2, 0, true, ws",
    })
    void aRefaultBringsBackWhatTheShadowKept(String kernel, int stored, boolean bit, String after) {
        LruGenRules rules = rules(kernel);
        int refs = rules.refaultRefs(stored, bit);
        boolean restores = rules.refaultRestores(refs, bit, true);
        assertThat(rules.refaulted(MAPPED, refs, restores)).isEqualTo(state(after));
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, before, left after isolation
        "6.1, ws+refs1, ws",
        "6.1, ref+ws, ws",
        "6.12, ws+refs1, -",
        "6.12, ref+ws+refs1, ws+refs1",
        "6.18, ws+refs1, ws",
        "6.18, ref+ws+refs1, ref+ws+refs1",
    })
    void isolationForgetsWhatNobodyRenewed(String kernel, String before, String after) {
        long state = state(before);
        assertThat(state & ~rules(kernel).clearedByIsolation(state)).isEqualTo(state(after));
    }
}
