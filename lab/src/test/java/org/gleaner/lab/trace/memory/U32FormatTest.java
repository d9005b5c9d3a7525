package org.gleaner.lab.trace.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.IntStream;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.TraceFormat;
import org.junit.jupiter.api.Test;

/// What speaks against words being page numbers.
final class U32FormatTest {

    private static final int WRITE = 1 << 31;

    @Test
    void pagesOfAProgramAreTold() {
        assertThat(score(new Random(1).ints(5000, 0, 70_000).map(U32FormatTest::someWrites)))
                .isPositive();
        // far apart, as a stack and a heap are, with neighbours
        assertThat(
                        score(
                                IntStream.range(0, 5000)
                                        .map(i -> i % 2 == 0 ? i : 0x7fff_f000 + i % 0xf00)))
                .isPositive();
    }

    @Test
    void whatATraceMayLookLikeIsLetThrough() {
        assertThat(score(IntStream.range(0, 1000))).isPositive();
        assertThat(score(IntStream.range(0, 1000).map(i -> i % 2))).isPositive();
        assertThat(score(IntStream.range(0, 1000).map(_ -> WRITE))).isPositive();
        assertThat(score(IntStream.range(0, 1000).map(i -> 256 * i))).isPositive();
        assertThat(score(IntStream.range(0, 1000).map(i -> i << 9 | WRITE))).isPositive();
        assertThat(score(new Random(1).ints(5000, 0, 1 << 24))).isPositive();
    }

    private static int someWrites(int page) {
        return page % 3 == 0 ? page | WRITE : page;
    }

    @Test
    void numbersOf64BitsAreNot() {
        assertThat(score(IntStream.range(0, 5000).map(i -> i % 2 == 0 ? i : 0))).isZero();
        assertThat(score(IntStream.range(0, 5000).map(i -> i % 2 == 0 ? 0 : i))).isZero();
    }

    @Test
    void bigEndianNumbersAreNot() {
        assertThat(score(IntStream.range(1, 5000).map(Integer::reverseBytes))).isZero();
    }

    @Test
    void numbersAllOverThePlaceAreNot() {
        assertThat(score(new Random(2).ints(5000))).isZero();
        assertThat(score(new Random(3).ints(5000).map(word -> word | 1 << 30))).isZero();
    }

    @Test
    void textIsNot() {
        Head head =
                new Head(
                        "I  04001090,3\n".repeat(100).getBytes(StandardCharsets.US_ASCII),
                        true,
                        "");
        assertThat(new U32Format().recognise(head)).isZero();
    }

    @Test
    void aFewWordsAreToldByTheirNameOrThatTheyHaveNone() {
        byte[] few = bytes(IntStream.range(0, 5));
        for (String name : new String[] {"small.u32", ""}) {
            assertThat(new U32Format().recognise(new Head(few, true, name)))
                    .isEqualTo(TraceFormat.POSSIBLE);
        }
        assertThat(new U32Format().recognise(new Head(few, true, "small.bin"))).isZero();
    }

    private static int score(IntStream words) {
        return new U32Format().recognise(new Head(bytes(words), true, ""));
    }

    private static byte[] bytes(IntStream words) {
        int[] all = words.toArray();
        ByteBuffer bytes = ByteBuffer.allocate(all.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(all);
        return bytes.array();
    }
}
