package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Heap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerdictTest {

    private static final int WRITE = 1 << 31;

    @TempDir Path directory;

    private final List<String> said = new ArrayList<>();

    @Test
    void textIsRefused() throws IOException {
        String lackey = "I  04001090,3\n S 1ffefff0d8,8\n L 0400a2c8,8\n";
        refused(lackey.repeat(100).getBytes(StandardCharsets.UTF_8))
                .hasMessageContaining("t.u32: is text, not page numbers of 32 bits; convert it")
                .hasMessageContaining("--format u32");
        // of any length, and with letters beyond ASCII
        refused("{\"pages\": [1, 2]}\n".getBytes(StandardCharsets.UTF_8))
                .hasMessageContaining("is text");
        refused("Zugriff auf Seite: \u00fcber 4711\n".getBytes(StandardCharsets.UTF_8))
                .hasMessageContaining("is text");
    }

    @Test
    void filesOfOtherKindsAreNamed() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes(1, 2, 3));
        }
        refused(packed.toByteArray())
                .hasMessageContaining("looks compressed with gzip; pipe it (gunzip -c");
        refused(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0})
                .hasMessageContaining("looks like a program (ELF)");
        refused(new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0}).hasMessageContaining("a zip archive");
    }

    @Test
    void numbersOf64BitsAreRefused() throws IOException {
        ByteBuffer little = ByteBuffer.allocate(800).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer big = ByteBuffer.allocate(800);
        for (int i = 0; i < 100; i++) {
            little.putLong(i % 7 * 3L);
            big.putLong(i % 7 * 3L);
        }
        refused(little.array()).hasMessageContaining("looks like numbers of 64 bits");
        refused(big.array()).hasMessageContaining("looks like numbers of 64 bits");
    }

    @Test
    void bigEndianNumbersAreRefused() throws IOException {
        ByteBuffer big = ByteBuffer.allocate(400);
        for (int i = 0; i < 100; i++) {
            big.putInt(1000 + i % 9 | (i % 2 == 0 ? WRITE : 0));
        }
        refused(big.array())
                .hasMessageContaining("looks like big-endian numbers; swap the 4 bytes of each");
    }

    @Test
    void randomWordsAreRefused() throws IOException {
        byte[] random = new byte[40_000];
        new Random(1).nextBytes(random);
        refused(random).hasMessageContaining("looks like no page numbers: 10,000 pages in ");
    }

    @Test
    void aVastSpreadIsWorthAWarning() throws IOException {
        int[] words = IntStream.range(0, 1000).map(i -> i % 100 * (1 << 24) + i / 2).toArray();
        Trace trace = reader(false).trace(file(bytes(words)));

        assertThat(trace.accesses()).hasSize(1000);
        assertThat(said)
                .singleElement()
                .asString()
                .contains("t.u32: may hold no page numbers: 1,000 pages in 100 places over 7 TiB");
    }

    @Test
    void whatATraceMayLookLikeIsLetThrough() throws IOException {
        for (int[] words :
                List.of(
                        IntStream.range(0, 1000).toArray(),
                        IntStream.range(0, 1000).map(i -> i % 2).toArray(),
                        IntStream.range(0, 1000).map(_ -> WRITE).toArray(),
                        IntStream.range(0, 1000).map(i -> 256 * i).toArray(),
                        IntStream.range(0, 1000).map(i -> i << 9 | WRITE).toArray(),
                        new Random(1).ints(5000, 0, 1 << 24).toArray(),
                        new int[] {7, 1 << 30, 9})) {
            assertThat(reader(false).trace(file(bytes(words))).accesses()).hasSize(words.length);
        }
        assertThat(said).isEmpty();
    }

    @Test
    void anythingIsReadIfItIsSaidToBeWords() throws IOException {
        byte[] text = "some text that is a multiple of four".getBytes(StandardCharsets.UTF_8);

        assertThat(reader(true).trace(file(text)).accesses()).hasSize(9);
        Path other = Files.write(directory.resolve("t.bin"), bytes(1, 2));
        assertThat(reader(true).trace(other).accesses()).containsExactly(1, 2);
        assertThatThrownBy(() -> reader(false).trace(other))
                .hasMessageContaining("t.bin: is no known trace format")
                .hasMessageContaining("add --format u32 if it holds 32-bit page numbers");
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused(byte[] bytes)
            throws IOException {
        Path file = file(bytes);
        return assertThatThrownBy(() -> reader(false).trace(file)).isInstanceOf(BadInput.class);
    }

    private TraceReader reader(boolean forced) {
        Input input = new Input(InputStream.nullInputStream(), said::add, () -> false);
        return new TraceReader(input, forced, new Heap(1 << 30));
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("t.u32"), bytes);
    }

    private static byte[] bytes(int... words) {
        ByteBuffer buffer = ByteBuffer.allocate(words.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asIntBuffer().put(words);
        return buffer.array();
    }
}
