package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.AbstractThrowableAssert;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Heap;
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
                .hasMessageContaining("d.u32: is a directory without drmemtrace files");
    }

    @Test
    void anUnknownSuffixIsRefused() throws IOException {
        refused(file("t.csv", bytes(1)))
                .hasMessageContaining("t.csv: is of no trace format that is known");
    }

    @Test
    void anEmptyFileIsRefusedInEveryPacking() throws IOException {
        refused(file("t.u32", new byte[0])).hasMessageContaining("t.u32: is empty; ");
        refused(file("t.u32.xz", new byte[0])).hasMessageContaining("t.u32.xz: is empty; ");
        refused(file("u.u32.xz", xz(new byte[0])))
                .hasMessageContaining("is empty: what is packed in it has no bytes");
        refused(file("u.u32.zst", Zstd.compress(new byte[0])))
                .hasMessageContaining("is empty: what is packed in it has no bytes");
    }

    @Test
    void oddBytesAreRefusedWithTheirPlace() throws IOException {
        byte[] odd = Arrays.copyOf(bytes(1, 2), 7);

        refused(file("t.u32", odd))
                .hasMessageContaining("t.u32, byte 4: ")
                .hasMessageContaining("a record has 3 of its 4 bytes");
        refused(file("t.u32.xz", xz(odd))).hasMessageContaining("3 of its 4 bytes");
    }

    @Test
    void aTruncatedXzFileIsRefusedAtEveryLength() throws IOException {
        byte[] whole = xz(bytes(words(500)));
        for (int length = 6; length < whole.length; length++) {
            refused(file("t.u32.xz", Arrays.copyOf(whole, length)))
                    .hasMessageContaining(
                            "t.u32.xz, byte " + length + ": the xz data end too early");
        }
    }

    @Test
    void aTruncatedZstdFileIsRefusedAtEveryLength() throws IOException {
        byte[] whole = Zstd.compress(bytes(words(500)));
        for (int length = 4; length < whole.length; length++) {
            refused(file("t.u32.zst", Arrays.copyOf(whole, length)))
                    .hasMessageContaining("t.u32.zst, byte ")
                    .hasMessageContaining("the zstd data end too early");
        }
    }

    @Test
    void lessThanTheFirstBytesOfAPackingIsNoTrace() throws IOException {
        byte[] whole = xz(bytes(words(500)));
        for (int length = 1; length < 6; length++) {
            refused(file("t.u32.xz", Arrays.copyOf(whole, length)));
        }
    }

    @Test
    void damageIsRefused() throws IOException {
        byte[] whole = xz(bytes(words(50_000)));
        whole[whole.length / 2] ^= 0x40;

        refused(file("t.u32.xz", whole)).hasMessageContaining("damaged xz data: ");
    }

    @Test
    void theNameOfAPackingIsNotBelieved() throws IOException {
        assertThat(TraceReader.read(file("u.u32.xz", bytes(1, 2, 3, 4))).accesses())
                .containsExactly(1, 2, 3, 4);
        int[] words = words(1000);
        assertThat(TraceReader.read(file("t.u32", xz(bytes(words)))).accesses()).isEqualTo(words);
        assertThat(TraceReader.read(file("u.u32", Zstd.compress(bytes(words)))).accesses())
                .isEqualTo(words);
    }

    @Test
    void whatFollowsAnXzStreamIsSaidToFollowIt() throws IOException {
        byte[] whole = xz(bytes(words(500)));
        for (int more : new int[] {1, 3, 4, 5, 12, 40}) {
            byte[] longer = Arrays.copyOf(whole, whole.length + more);
            Arrays.fill(longer, whole.length, longer.length, (byte) 'x');
            refused(file("t.u32.xz", longer))
                    .hasMessageContaining("damaged xz data: other bytes follow the end");
        }
        byte[] padded = Arrays.copyOf(whole, whole.length + 8);
        assertThat(TraceReader.read(file("t.u32.xz", padded)).accesses()).hasSize(500);
    }

    // --- where it comes from -----------------------------------------------------------------

    @Test
    void standardInputIsReadByItsContent() throws IOException {
        int[] words = words(1000);
        for (byte[] packed : List.of(bytes(words), xz(bytes(words)), Zstd.compress(bytes(words)))) {
            Trace trace = reader(packed, ROOMY).trace(Input.STANDARD);

            assertThat(trace.accesses()).isEqualTo(words);
            assertThat(trace.name()).isEqualTo("stdin");
        }
        assertThatThrownBy(() -> reader(new byte[0], ROOMY).trace(Input.STANDARD))
                .hasMessageStartingWith("standard input: is empty");
    }

    @Test
    void aFifoIsReadByItsContent() throws Exception {
        Path fifo = fifo("pipe.u32");
        byte[] packed = xz(bytes(7, 8));
        Thread writer = Thread.startVirtualThread(() -> write(fifo, packed));

        assertThat(TraceReader.read(fifo).accesses()).containsExactly(7, 8);
        writer.join();
    }

    @Test
    void aFifoWithoutAWriterIsNotWaitedForInSilence() throws Exception {
        Path fifo = fifo("pipe.u32");
        List<String> said = new CopyOnWriteArrayList<>();
        Input input = new Input(InputStream.nullInputStream(), said::add, () -> !said.isEmpty());

        assertThatThrownBy(() -> new TraceReader(input, null, ROOMY).trace(fifo))
                .isInstanceOf(Cancelled.class);
        assertThat(said)
                .containsExactly(fifo + ": nothing has come yet; waiting for it to be written");
    }

    // --- how much ----------------------------------------------------------------------------

    @Test
    void anEndlessFileIsRefusedOnceItCannotFit() {
        TraceReader reader =
                new TraceReader(Input.ofProcess(), TraceFormats.of("u32"), new Heap(10 << 20));
        assertThatThrownBy(() -> reader.trace(Path.of("/dev/zero")))
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("/dev/zero: needs more than 6")
                .hasMessageContaining(" of memory, and Java may use 6MiB for it; set")
                .hasMessageContaining("GLEANER_JAVA_OPTS=-Xmx1g");
        refused(Path.of("/dev/zero")).hasMessageContaining("bytes all are 0x00");
    }

    @Test
    void whatCannotFitIsRefusedAsSoonAsThatIsKnown() throws IOException {
        Path sparse = directory.resolve("sparse.u32");
        try (var file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(40L << 30);
        }
        TraceReader reader =
                new TraceReader(Input.ofProcess(), TraceFormats.of("u32"), new Heap(20 << 20));
        assertThatThrownBy(() -> reader.trace(sparse))
                .hasMessageMatching(
                        ".*sparse.u32: needs more than 12[^ ]*MiB of memory, and Java may use 12MiB"
                                + " for it; set GLEANER_JAVA_OPTS=-Xmx1g, or 'gleaner trace convert'"
                                + " it first: a page trace need not fit");
    }

    @Test
    void aCompressedFileIsRefusedByWhatWasReadOfIt() throws IOException {
        byte[] packed = xz(bytes(new Random(1).ints(100_000, 0, 1 << 20).toArray()));
        assertThatThrownBy(() ->
                        new TraceReader(Input.ofProcess(), null, new Heap(1 << 19))
                                .trace(file("t.u32.xz", packed)))
                .hasMessageMatching(".*t.u32.xz: needs more than 1\\.\\dMiB of memory, .*");
    }

    @Test
    void tracesThatAreHeldCount() throws IOException {
        TraceReader reader = new TraceReader(Input.ofProcess(), null, new Heap(10 << 20));
        Path file = file("t.u32", bytes(words(500_000)));
        reader.trace(file);
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 5; i++) {
                                reader.trace(file);
                            }
                        })
                .hasMessageContaining("for it besides the traces before it; set");
    }

    private static final Heap ROOMY = new Heap(1 << 30);

    private static TraceReader reader(byte[] standardInput, Heap heap) {
        InputStream in = new ByteArrayInputStream(standardInput);
        return new TraceReader(new Input(in, _ -> {}, () -> false), null, heap);
    }

    private Path fifo(String name) throws Exception {
        Path fifo = directory.resolve(name);
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        return fifo;
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private static byte[] xz(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (XZOutputStream out = new XZOutputStream(packed, new LZMA2Options(1))) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }
}
