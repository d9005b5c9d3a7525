package org.gleaner.lab.trace.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.gleaner.lab.trace.page.Interner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Everything against counting it again the slow way.
final class ProfileTest {

    @ParameterizedTest
    @CsvSource({"1, 1, 3", "2, 100, 5", "3, 64, 5", "4, 65, 40", "5, 5000, 60", "6, 20000, 900"})
    void allIsExact(long seed, int accesses, int pages) {
        Random random = new Random(seed);
        List<Integer> trace = new ArrayList<>();
        for (int i = 0, page = 0; i < accesses; i++) {
            page = random.nextInt(3) == 0 ? page : random.nextInt(1 + random.nextInt(pages));
            trace.add(page);
        }
        Interner interner = new Interner();
        Profile profile = new Profile(interner);
        trace.forEach(page -> profile.touch(interner.id(page * 100L)));
        Profile.Measured measured = profile.measured();

        long length = measured.intervalAccesses();
        long[] sets = measured.workingSet();
        assertThat(sets).as("seed %d", seed).hasSize((int) Math.ceilDiv(accesses, length));
        assertThat(sets.length).isBetween(Math.min(accesses, 32), 64);
        for (int i = 0; i < sets.length; i++) {
            Set<Integer> set =
                    new HashSet<>(
                            trace.subList(
                                    (int) (i * length),
                                    (int) Math.min(accesses, (i + 1) * length)));
            assertThat(sets[i]).as("interval %d", i).isEqualTo(set.size());
        }
        assertThat(measured.firstTouches()).isEqualTo(new HashSet<>(trace).size());
        assertThat(measured.reuse()).isEqualTo(naive(trace, measured.reuse().length));
        long heat = 0;
        for (Profile.Heat row : measured.heat()) {
            for (long n : row.accesses()) {
                heat += n;
            }
        }
        assertThat(heat).isEqualTo(accesses);
    }

    private static long[] naive(List<Integer> trace, int classes) {
        long[] counts = new long[classes];
        LinkedHashSet<Integer> stack = new LinkedHashSet<>();
        for (int page : trace) {
            if (stack.contains(page)) {
                int distance = 0;
                for (int other : stack.reversed()) {
                    if (other == page) {
                        break;
                    }
                    distance++;
                }
                counts[Integer.SIZE - Integer.numberOfLeadingZeros(distance)]++;
                stack.remove(page);
            }
            stack.add(page);
        }
        return counts;
    }

    @Test
    void aMapHasTheOrderOfMemory() {
        Interner interner = new Interner();
        Profile profile = new Profile(interner);
        long high = 0x7fff_ffff_fL;
        for (int i = 0; i < 1000; i++) {
            profile.touch(interner.id(i % 2 == 0 ? high : 5));
        }
        List<Profile.Heat> heat = profile.measured().heat();
        assertThat(heat).hasSize(2);
        assertThat(heat.getFirst().firstPage()).isZero();
        assertThat(heat.getFirst().lastPage()).isEqualTo(511);
        assertThat(heat.getLast().firstPage()).isEqualTo(high & ~511);
        assertThat(heat.getLast().pages()).isEqualTo(1);
    }

    @Test
    void farApartPagesTakeBoundedRoom() {
        Interner interner = new Interner();
        Profile profile = new Profile(interner);
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            profile.touch(interner.id(random.nextLong()));
        }
        assertThat(profile.measured().heat().size()).isLessThanOrEqualTo(16);
        assertThat(profile.measured().heat().stream().mapToLong(Profile.Heat::pages).sum())
                .isEqualTo(20_000);
    }
}
