package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.AbstractThrowableAssert;
import org.gleaner.lab.BadInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

final class TraceReaderTest {

    private static final int WRITE = 1 << 31;

    @TempDir Path directory;

    @Test
    void readsWordsInOrderWithTheWriteBit() throws IOException {
        Trace trace = TraceReader.read(file("small.u32", bytes(7, 3 | WRITE, 7, 0)));

        assertThat(trace.name()).isEqualTo("small");
        assertThat(trace.accesses()).containsExactly(7, 3 | WRITE, 7, 0);
        assertThat(trace.distinctPages()).isEqualTo(3);
        assertThat(trace.regionPages()).isEqualTo(8);
        assertThat(trace.writes()).isEqualTo(1);
        assertThat(Trace.page(3 | WRITE)).isEqualTo(3);
        assertThat(Trace.isWrite(3 | WRITE)).isTrue();
        assertThat(Trace.isWrite(3)).isFalse();
    }

    @Test
    void everyPackingGivesTheSameTrace() throws IOException {
        int[] words = words(300_001);
        byte[] raw = bytes(words);

        assertThat(TraceReader.read(file("t.u32", raw)).accesses()).isEqualTo(words);
        assertThat(TraceReader.read(file("t.u32.xz", xz(raw))).accesses()).isEqualTo(words);
        assertThat(TraceReader.read(file("t.u32.zst", Zstd.compress(raw))).accesses())
                .isEqualTo(words);
    }

    @Test
    void concatenatedStreamsAreOneTrace() throws IOException {
        byte[] one = xz(bytes(1, 2));
        byte[] two = xz(bytes(3));
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);

        assertThat(TraceReader.read(file("t.u32.xz", both)).accesses()).containsExactly(1, 2, 3);
    }

    @Test
    void aMissingFileIsNamed() {
        refused(directory.resolve("none.u32"))
                .hasMessageContaining("none.u32: no such file; check the path");
    }

    @Test
    void aDirectoryIsRefused() throws IOException {
        refused(Files.createDirectory(directory.resolve("d.u32")))
                .hasMessageContaining("d.u32: is a directory");
    }

    @Test
    void anUnknownSuffixIsRefused() throws IOException {
        refused(file("t.csv", bytes(1))).hasMessageContaining("t.csv: is no known trace format");
    }

    @Test
    void anEmptyFileIsRefusedInEveryPacking() throws IOException {
        refused(file("t.u32", new byte[0])).hasMessageContaining("t.u32: holds no accesses");
        refused(file("t.u32.xz", new byte[0])).hasMessageContaining("t.u32.xz: is empty");
        refused(file("t.u32.zst", new byte[0])).hasMessageContaining("t.u32.zst: ");
        refused(file("u.u32.xz", xz(new byte[0]))).hasMessageContaining("holds no accesses");
    }

    @Test
    void oddBytesAreRefusedWithTheirPlace() throws IOException {
        byte[] odd = Arrays.copyOf(bytes(1, 2), 7);

        refused(file("t.u32", odd))
                .hasMessageContaining("t.u32, byte 7: the last word has 3 of its 4 bytes");
        refused(file("t.u32.xz", xz(odd))).hasMessageContaining("3 of its 4 bytes");
    }

    @Test
    void aTruncatedXzFileIsRefusedAtEveryLength() throws IOException {
        byte[] whole = xz(bytes(words(500)));
        for (int length = 1; length < whole.length; length++) {
            refused(file("t.u32.xz", Arrays.copyOf(whole, length)))
                    .hasMessageContaining("t.u32.xz, byte " + length + ": the file ends too early");
        }
    }

    @Test
    void aTruncatedZstdFileIsRefusedAtEveryLength() throws IOException {
        byte[] whole = Zstd.compress(bytes(words(500)));
        for (int length = 1; length < whole.length; length++) {
            refused(file("t.u32.zst", Arrays.copyOf(whole, length)))
                    .hasMessageContaining("t.u32.zst, byte ")
                    .hasMessageContaining("ends too early");
        }
    }

    @Test
    void damageIsRefused() throws IOException {
        byte[] whole = xz(bytes(words(50_000)));
        whole[whole.length / 2] ^= 0x40;

        refused(file("t.u32.xz", whole)).hasMessageContaining("damaged: ");
        refused(file("u.u32.xz", bytes(1, 2, 3, 4))).hasMessageContaining("damaged: ");
        refused(file("t.u32.zst", bytes(1, 2, 3, 4))).hasMessageContaining("damaged: ");
    }

    @Test
    void aCompressedFileWithARawNameIsRefused() throws IOException {
        byte[] raw = bytes(words(1000));
        refused(file("t.u32", padded(xz(raw)))).hasMessageContaining("end in .u32.xz");
        refused(file("t.u32", padded(Zstd.compress(raw)))).hasMessageContaining("end in .u32.zst");
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused(Path file) {
        return assertThatThrownBy(() -> TraceReader.read(file))
                .isInstanceOf(BadInput.class)
                .hasMessageMatching("[^\\n]+: [^\\n]+; [^\\n]+");
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private static int[] words(int count) {
        return new Random(1).ints(count).map(word -> word & (WRITE | 0xffff)).toArray();
    }

    private static byte[] bytes(int... words) {
        ByteBuffer buffer = ByteBuffer.allocate(words.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asIntBuffer().put(words);
        return buffer.array();
    }

    private static byte[] padded(byte[] bytes) {
        return Arrays.copyOf(bytes, (bytes.length + 3) / 4 * 4);
    }

    private static byte[] xz(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (XZOutputStream out = new XZOutputStream(packed, new LZMA2Options(1))) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }
}
