package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class InterningTest {

    private static final int WRITE = 1 << 31;

    @Test
    void lowPageNumbersStayWhatTheyAre() {
        Trace trace = Interning.intern("t", new int[] {(1 << 24) - 1, 5 | WRITE, 5});

        assertThat(trace.accesses()).containsExactly((1 << 24) - 1, 5 | WRITE, 5);
        assertThat(trace.regionPages()).isEqualTo(1 << 24);
        assertThat(trace.distinctPages()).isEqualTo(2);
    }

    @Test
    void theHighestPageNumberThereIsNeedsNoHugeRegion() {
        Trace trace = Interning.intern("t", new int[] {0x7fffffff | WRITE, 0, 0x7ffffe00});

        assertThat(trace.accesses()).containsExactly(1023 | WRITE, 0, 512);
        assertThat(trace.regionPages()).isEqualTo(1024);
        assertThat(trace.distinctPages()).isEqualTo(3);
        assertThat(trace.writes()).isEqualTo(1);
    }

    /// Against a sorted map of blocks, on pages all over the range.
    @Test
    void closingGapsKeepsOrderAndPlaceInTheBlock() {
        long seed = 20230217;
        Random random = new Random(seed);
        int[] bases = random.ints(200, 0, 1 << 22).map(block -> block << 9).toArray();
        int[] words = new int[20_000];
        for (int i = 0; i < words.length; i++) {
            int page = bases[random.nextInt(bases.length)] + random.nextInt(512);
            words[i] = random.nextBoolean() ? page | WRITE : page;
        }
        words[0] = 1 << 30;
        TreeMap<Integer, Integer> blocks = new TreeMap<>();
        for (int word : words) {
            blocks.put((word & ~WRITE) >> 9, 0);
        }
        int next = 0;
        for (var entry : blocks.entrySet()) {
            entry.setValue(next++);
        }
        int[] expected = new int[words.length];
        for (int i = 0; i < words.length; i++) {
            int page = words[i] & ~WRITE;
            expected[i] = words[i] & WRITE | blocks.get(page >> 9) << 9 | page & 511;
        }

        assertThat(Interning.intern("t", words).accesses()).as("seed %d", seed).isEqualTo(expected);
    }
}
