package org.gleaner.lab.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.gleaner.lab.choice.PolicyChoice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ReplacementTest {

    private static final int WRITE = 1 << 31;

    /// Few pages make every case of every policy occur at tiny sizes.
    private static final int[] PAGES = {9, 20, 40, 120};

    @ParameterizedTest
    @EnumSource(PolicyChoice.class)
    void missesAreThoseOfTheNaiveModelAtEveryTinySize(PolicyChoice policy) {
        for (int pages : PAGES) {
            for (int seed = 0; seed < 6; seed++) {
                int[] sequence = sequence(seed, pages, 1500);
                for (int frames = 1; frames <= 20; frames++) {
                    assertThat(misses(policy, sequence, pages, frames))
                            .as("%s, %d pages, %d frames, seed %d", policy, pages, frames, seed)
                            .isEqualTo(NaivePolicies.misses(policy, sequence, frames));
                }
            }
        }
    }

    /// At these sizes the shares of the queues are more than one frame.
    @ParameterizedTest
    @EnumSource(PolicyChoice.class)
    void missesAreThoseOfTheNaiveModelAtLargerSizes(PolicyChoice policy) {
        for (int frames : new int[] {64, 100, 250, 333}) {
            int[] sequence = sequence(frames, 400, 4000);
            assertThat(misses(policy, sequence, 400, frames))
                    .as("%s, %d frames", policy, frames)
                    .isEqualTo(NaivePolicies.misses(policy, sequence, frames));
        }
    }

    @ParameterizedTest
    @EnumSource(PolicyChoice.class)
    void aMemoryThatHoldsAllMissesOnlyFirstAccesses(PolicyChoice policy) {
        int[] sequence = sequence(7, 50, 2000);
        long distinct = Arrays.stream(sequence).distinct().count();
        for (long frames : new long[] {100, 1 << 20, 1L << 40}) {
            assertThat(misses(policy, sequence, 50, frames)).isEqualTo(distinct);
        }
        assertThat(misses(policy, new int[0], 0, 1)).isZero();
        assertThat(misses(policy, new int[] {0, 0, 0}, 1, 1)).isEqualTo(1);
    }

    /// The clock that may evict its newcomer does without demand paging, and may do better.
    @ParameterizedTest
    @EnumSource(
            value = PolicyChoice.class,
            names = "CLOCK_INSERT_THEN_EVICT",
            mode = EnumSource.Mode.EXCLUDE)
    void noPolicyMissesLessThanOpt(PolicyChoice policy) {
        int[] sequence = sequence(3, 60, 3000);
        for (int frames = 1; frames < 60; frames++) {
            assertThat(misses(policy, sequence, 60, frames))
                    .isGreaterThanOrEqualTo(misses(PolicyChoice.OPT, sequence, 60, frames));
        }
    }

    @ParameterizedTest
    @EnumSource(value = PolicyChoice.class, names = "OPT", mode = EnumSource.Mode.EXCLUDE)
    void piecesCountAsOneAndWritesAsReads(PolicyChoice policy) {
        int[] sequence = sequence(11, 80, 3000);
        Replacement whole = Replacement.of(policy, 80, 13);
        whole.run(sequence, 0, sequence.length);
        Replacement pieces = Replacement.of(policy, 80, 13);
        int[] writes = IntStream.of(sequence).map(page -> page | WRITE).toArray();
        for (int from = 0; from < writes.length; from += 7) {
            pieces.run(writes, from, Math.min(from + 7, writes.length));
        }
        assertThat(pieces.misses()).isEqualTo(whole.misses());
    }

    /// What tells the three Clocks apart: two pages in use when a third comes.
    @Test
    void clocksDifferInWhoGoesWhenAllAreReferenced() {
        int[] sequence = {0, 1, 0, 1, 2, 0, 1, 2};
        assertThat(misses(PolicyChoice.CLOCK, sequence, 3, 2)).isEqualTo(6);
        assertThat(misses(PolicyChoice.CLOCK_INSERT_THEN_EVICT, sequence, 3, 2)).isEqualTo(4);
        int[] once = {0, 1, 0, 2, 0, 3, 0};
        assertThat(misses(PolicyChoice.CLOCK, once, 4, 2)).isEqualTo(4);
        assertThat(misses(PolicyChoice.CLOCK_REF1_ON_INSERT, once, 4, 2)).isEqualTo(5);
    }

    @Test
    void optHasToSeeAllAtOnce() {
        assertThatThrownBy(() -> Replacement.of(PolicyChoice.OPT, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static long misses(PolicyChoice policy, int[] accesses, int pages, long frames) {
        if (policy == PolicyChoice.OPT) {
            return Opt.misses(new NextUses.Held(accesses, pages), frames, _ -> {});
        }
        Replacement replacement = Replacement.of(policy, pages, frames);
        replacement.run(accesses, 0, accesses.length);
        return replacement.misses();
    }

    /// A few favourites, loops of all lengths, and any page at all.
    private static int[] sequence(long seed, int pages, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] sequence = new int[length];
        int at = 0;
        while (at < length) {
            int kind = random.nextInt(3);
            int start = random.nextInt(pages);
            int span = 1 + random.nextInt(pages);
            for (int n = random.nextInt(2 * pages); n > 0 && at < length; n--) {
                sequence[at++] =
                        switch (kind) {
                            case 0 -> (start + at % span) % pages;
                            case 1 -> random.nextInt(1 + random.nextInt(pages));
                            default -> random.nextInt(pages);
                        };
            }
        }
        return sequence;
    }
}
