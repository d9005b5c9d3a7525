package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.snappy.FramedSnappyCompressorOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/// What traces are packed in, and directories of them.
@Timeout(60)
final class TraceFileTest {

    private static final byte[] TEXT =
            Specimens.ascii(" L 1000,4\n S 2000,4\n".repeat(2000) + " L 3000,4\n");

    @TempDir Path directory;

    // --- packings ----------------------------------------------------------------------------

    @Test
    void everyPackingIsToldByItsContent() throws IOException {
        for (byte[] packed :
                new byte[][] {
                    gzip(TEXT), xz(TEXT), zstd(TEXT), bzip2(TEXT), lz4(TEXT), snappy(TEXT)
                }) {
            assertThat(read(file("x", packed)).reading().records()).isEqualTo(4001);
        }
    }

    @Test
    void membersOfAnArchiveFollowEachOther() throws IOException {
        byte[] archive = zip(" L 1000,4\n L 20", "00,4\n S 3000,4\n");
        AccessText accesses = new AccessText();
        new TraceFile(file("x", archive), Input.ofProcess(), null).read(accesses);
        assertThat(accesses.text(null)).isEqualTo("r1 r2 w3");
    }

    @Test
    void severalStreamsAreOne() throws IOException {
        byte[] half = Specimens.ascii(" L 1000,4\n L 20");
        byte[] rest = Specimens.ascii("00,4\n");
        assertThat(read(file("x", joined(gzip(half), gzip(rest)))).reading().records())
                .isEqualTo(2);
        assertThat(read(file("x", joined(zstd(half), zstd(rest)))).reading().records())
                .isEqualTo(2);
        assertThat(read(file("x", joined(bzip2(half), bzip2(rest)))).reading().records())
                .isEqualTo(2);
    }

    @Test
    void twoPackingsAreUnpackedAndThreeRefused() throws IOException {
        assertThat(read(file("x", gzip(xz(TEXT)))).containers()).hasSize(2);
        refused(file("x", gzip(gzip(gzip(TEXT))))).hasMessageContaining("3 times over");
        refused(file("x", gzip(zip("a")))).hasMessageContaining("zip archive that is no file");
    }

    @Test
    void whatIsCutOrDamagedSaysAtWhichByte() throws IOException {
        for (byte[] packed :
                new byte[][] {
                    gzip(TEXT), xz(TEXT), zstd(TEXT), bzip2(TEXT), lz4(TEXT), snappy(TEXT)
                }) {
            byte[] cut = Arrays.copyOf(packed, packed.length - 9);
            refused(file("x", cut)).hasMessageContaining("x, byte ");
            byte[] damaged = packed.clone();
            damaged[packed.length / 2] ^= 0x55;
            try {
                read(file("x", damaged));
            } catch (BadInput e) {
                assertThat(e.getMessage()).contains("/x");
            }
        }
        refused(file("x", Arrays.copyOf(zip("a"), 20)))
                .hasMessageContaining("cut or damaged zip archive");
    }

    @Test
    void aBombIsRefused() throws IOException {
        refused(file("x", packed(4L << 30, ZstdOutputStream::new)))
                .hasMessageContaining("bytes all are 0x00");
        byte[] bomb = packed(4L << 30, ZstdOutputStream::new);
        Path file = file("x", bomb);
        assertThatThrownBy(() ->
                        new TraceFile(file, Input.ofProcess(), TraceFormats.of("u32"))
                                .read((_, _) -> {}))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("unpacks to more than 10000 times its size");
    }

    @Test
    void twoBytesLikeZlibsAreNoZlib() throws IOException {
        ByteBuffer words = ByteBuffer.allocate(4000).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 1000; i++) {
            words.putInt(0x9c78 + i);
        }
        assertThat(read(file("x", words.array())).format().label()).isEqualTo("u32");
    }

    @Test
    void zerosAreToldByTheNameAlone() throws IOException {
        ByteBuffer entries = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        entries.putLong(1 << 19, 0x8000000000000005L);
        AccessText accesses = new AccessText();
        new TraceFile(file("p.pagemap.bin", entries.array()), Input.ofProcess(), null)
                .read(accesses);
        assertThat(accesses.text(null)).isEqualTo("r10000");
        refused(file("x", entries.array())).hasMessageContaining("bytes all are 0x00");
    }

    // --- directories -------------------------------------------------------------------------

    @Test
    void threadsAreMergedByTheirTimes() throws IOException {
        Files.write(directory.resolve("drmemtrace.a.1.trace"), thread(1, 100, 0x1000, 300, 0x3000));
        Files.write(
                directory.resolve("drmemtrace.a.2.trace.gz"),
                gzip(thread(2, 100, 0x5000, 200, 0x2000)));
        Files.write(directory.resolve("serial_schedule.bin"), new byte[] {1, 2, 3, -1, -1, 9});
        Files.createSymbolicLink(directory.resolve("loop"), directory);

        AccessText accesses = new AccessText();
        TraceFile.Found found = new TraceFile(directory, Input.ofProcess(), null).read(accesses);

        assertThat(accesses.text(null)).isEqualTo("r1 r5 r2 r3");
        assertThat(found.reading().records()).isEqualTo(12);
        assertThat(found.reading().remarks())
                .anyMatch(remark -> remark.contains("serial_schedule.bin"));
    }

    @Test
    void aFaultOfOneThreadNamesItsFile() throws IOException {
        byte[] whole = thread(1, 100, 0x1000, 300, 0x3000);
        Files.write(directory.resolve("a.1.trace"), whole);
        Files.write(directory.resolve("a.2.trace"), Arrays.copyOf(whole, whole.length - 1));
        refused(directory).hasMessageContaining("a.2.trace, byte 60: ");

        Files.write(directory.resolve("a.2.trace"), Specimens.ascii("nothing\n"));
        refused(directory).hasMessageContaining("a.2.trace: is named as a thread's trace");
    }

    @Test
    void directoriesOfOtherThingsAreRefused() throws IOException {
        Path loop = Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));
        refused(directory).hasMessageContaining("is a directory without drmemtrace files");
        refused(loop).hasMessageContaining("loop");
        assertThatThrownBy(() -> read(directory, "lackey"))
                .hasMessageContaining("is a directory, which no lackey is");
    }

    /// A header, a thread, and a load at each of two times.
    private static byte[] thread(long id, long first, long load, long second, long other) {
        ByteBuffer bytes = ByteBuffer.allocate(6 * 12).order(ByteOrder.LITTLE_ENDIAN);
        Specimens.record(bytes, 25, 0, 1);
        Specimens.record(bytes, 22, 4, id);
        Specimens.record(bytes, 28, 2, first);
        Specimens.record(bytes, 0, 8, load);
        Specimens.record(bytes, 28, 2, second);
        Specimens.record(bytes, 0, 8, other);
        return bytes.array();
    }

    // --- how they are made -------------------------------------------------------------------

    private interface Packer {
        OutputStream of(OutputStream out) throws IOException;
    }

    private static byte[] pack(byte[] bytes, Packer packer) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = packer.of(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    /// So many zeros.
    private static byte[] packed(long zeros, Packer packer) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] some = new byte[1 << 20];
        try (OutputStream out = packer.of(packed)) {
            for (long done = 0; done < zeros; done += some.length) {
                out.write(some);
            }
        }
        return packed.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        return pack(bytes, GZIPOutputStream::new);
    }

    private static byte[] xz(byte[] bytes) throws IOException {
        return pack(bytes, out -> new XZOutputStream(out, new LZMA2Options(1)));
    }

    private static byte[] zstd(byte[] bytes) {
        return Zstd.compress(bytes);
    }

    private static byte[] bzip2(byte[] bytes) throws IOException {
        return pack(bytes, BZip2CompressorOutputStream::new);
    }

    private static byte[] lz4(byte[] bytes) throws IOException {
        return pack(bytes, FramedLZ4CompressorOutputStream::new);
    }

    private static byte[] snappy(byte[] bytes) throws IOException {
        return pack(bytes, FramedSnappyCompressorOutputStream::new);
    }

    private static byte[] zip(String... members) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(packed)) {
            for (int i = 0; i < members.length; i++) {
                out.putNextEntry(new ZipEntry("chunk." + i));
                out.write(Specimens.ascii(members[i]));
            }
        }
        return packed.toByteArray();
    }

    private static byte[] joined(byte[] one, byte[] two) {
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private static TraceFile.Found read(Path file) {
        return read(file, null);
    }

    private static TraceFile.Found read(Path file, @Nullable String format) {
        return new TraceFile(
                        file, Input.ofProcess(), format == null ? null : TraceFormats.of(format))
                .read(new AccessText());
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> refused(Path file) {
        return assertThatThrownBy(() -> read(file))
                .isInstanceOf(BadInput.class)
                .hasMessageMatching("[^\\n]+: [^\\n]+; [^\\n]+");
    }
}
