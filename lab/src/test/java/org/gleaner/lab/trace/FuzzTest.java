package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.Specimens.Specimen;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.TraceFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Damages the specimen of every format in ways that a seed chooses, and reads what comes of it: by
/// its content, as its own format and as another. Each must end in a result or in one line, soon.
///
/// Longer with `-Dgleaner.fuzz.seconds=N` (`mvn -Pfuzz`), from another place with
/// `-Dgleaner.fuzz.seed=N`. An input that breaks something is written to the temporary directory;
/// it belongs in `src/test/resources/fuzz`, whose files are read by every run.
final class FuzzTest {

    private static final int SECONDS = Integer.getInteger("gleaner.fuzz.seconds", 0);
    private static final long SEED = Long.getLong("gleaner.fuzz.seed", 1);

    /// Inputs of each format in a run without a time.
    private static final int INPUTS = 100;

    private static final Duration LONGEST = Duration.ofSeconds(20);

    /// Accesses after which a reading is stopped: a region is as large as its file says.
    private static final int MOST_ACCESSES = 1 << 20;

    private static final List<Specimen> SPECIMENS = Specimens.all();

    static List<Specimen> specimens() {
        return SPECIMENS;
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void damagedFilesEndInAResultOrALine(Specimen specimen) throws IOException {
        long until = System.nanoTime() + SECONDS * 1_000_000_000L / SPECIMENS.size();
        for (long seed = SEED; ; seed++) {
            if (SECONDS == 0 ? seed - SEED == INPUTS : System.nanoTime() >= until) {
                return;
            }
            SplittableRandom random =
                    new SplittableRandom(seed * 31 + specimen.format().hashCode());
            byte[] damaged = specimen.bytes();
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                damaged = damage(damaged, random);
            }
            String what = specimen + ", seed " + seed;
            TraceFormat other = TraceFormats.all().get(random.nextInt(TraceFormats.all().size()));
            tryAll(what, damaged, TraceFormats.of(specimen.format()), other);
            if (random.nextInt(4) == 0) {
                tryAll(what + ", packed", damage(gzip(damaged), random), null, other);
            }
        }
    }

    @Test
    void whatOnceBrokeSomethingDoesNoMore() throws IOException {
        Path corpus = Path.of("src/test/resources/fuzz");
        try (Stream<Path> files = Files.list(corpus)) {
            List<Path> all = files.filter(Files::isRegularFile).sorted().toList();
            assertThat(all).isNotEmpty();
            for (Path file : all) {
                for (TraceFormat format : TraceFormats.all()) {
                    tryAll(file.toString(), Files.readAllBytes(file), null, format);
                }
            }
        }
    }

    private static void tryAll(
            String what, byte[] bytes, @Nullable TraceFormat own, TraceFormat other)
            throws IOException {
        attempt(what + ", by content", bytes, null);
        if (own != null) {
            attempt(what + ", as " + own.label(), bytes, own);
        }
        attempt(what + ", as " + other.label(), bytes, other);
    }

    private static void attempt(String what, byte[] bytes, @Nullable TraceFormat format)
            throws IOException {
        Input input = new Input(new ByteArrayInputStream(bytes), _ -> {}, () -> false);
        long began = System.nanoTime();
        try {
            new TraceFile(Input.STANDARD, input, format).read(new Bounded());
        } catch (BadInput e) {
            assertThat(e.getMessage()).as(what).matches("[^\\n]+: [^\\n]+; [^\\n]+");
        } catch (Stopped e) {
            // So many accesses are a result.
        } catch (RuntimeException | Error e) {
            fail(what + ", kept as " + kept(bytes) + ": " + e, e);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).as(what).isLessThan(LONGEST);
    }

    private static Path kept(byte[] bytes) throws IOException {
        return Files.write(Files.createTempFile("gleaner-fuzz", ".bin"), bytes);
    }

    // --- how files are damaged ---------------------------------------------------------------

    private static byte[] damage(byte[] bytes, SplittableRandom random) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        return switch (random.nextInt(10)) {
            case 0 -> flipped(bytes, random);
            case 1 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 2 -> without(bytes, random);
            case 3 -> spliced(bytes, random);
            case 4 -> withNumber(bytes, random);
            case 5 -> replaced(bytes, (byte) '\n', random);
            case 6 -> extreme(bytes, random);
            case 7 -> repeated(bytes, random);
            case 8 -> replaced(bytes, bytes[random.nextInt(bytes.length)], random);
            default -> insert(bytes, random.nextInt(bytes.length), randomBytes(random));
        };
    }

    private static byte[] flipped(byte[] bytes, SplittableRandom random) {
        byte[] flipped = bytes.clone();
        flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return flipped;
    }

    private static byte[] without(byte[] bytes, SplittableRandom random) {
        int from = random.nextInt(bytes.length);
        int length = Math.min(bytes.length - from, random.nextInt(1, 40));
        byte[] rest = Arrays.copyOf(bytes, bytes.length - length);
        System.arraycopy(bytes, from + length, rest, from, bytes.length - from - length);
        return rest;
    }

    /// Its beginning before a piece of another format's specimen.
    private static byte[] spliced(byte[] bytes, SplittableRandom random) {
        byte[] other = SPECIMENS.get(random.nextInt(SPECIMENS.size())).bytes();
        int from = random.nextInt(other.length);
        byte[] piece = Arrays.copyOfRange(other, from, Math.min(other.length, from + 200));
        return insert(bytes, random.nextInt(bytes.length), piece);
    }

    /// One of its decimal digits becomes a number that is hard to hold.
    private static byte[] withNumber(byte[] bytes, SplittableRandom random) {
        String[] numbers = {
            "18446744073709551615",
            "18446744073709551616",
            "9223372036854775808",
            "99999999999999999999999999",
            "-1",
            "ffffffffffffffff",
            "10000000000000000",
            "",
            "4294967296",
            "0x",
            "1e9",
            "0.5",
            "9".repeat(400)
        };
        byte[] number = Specimens.ascii(numbers[random.nextInt(numbers.length)]);
        int start = random.nextInt(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int at = (start + i) % bytes.length;
            if (bytes[at] >= '0' && bytes[at] <= '9') {
                return insert(bytes, at, number);
            }
        }
        return insert(bytes, start, number);
    }

    private static byte[] replaced(byte[] bytes, byte which, SplittableRandom random) {
        byte[] replaced = bytes.clone();
        byte by = (byte) random.nextInt();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == which && random.nextInt(3) == 0) {
                replaced[i] = by;
            }
        }
        return replaced;
    }

    private static byte[] extreme(byte[] bytes, SplittableRandom random) {
        byte[] extreme = bytes.clone();
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + (1 << random.nextInt(5)));
        Arrays.fill(extreme, from, to, (byte) (random.nextBoolean() ? 0xff : 0));
        return extreme;
    }

    private static byte[] repeated(byte[] bytes, SplittableRandom random) {
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + random.nextInt(1, 64));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = random.nextInt(1, 200); i > 0; i--) {
            out.write(bytes, from, to - from);
        }
        return insert(bytes, from, out.toByteArray());
    }

    private static byte[] randomBytes(SplittableRandom random) {
        byte[] some = new byte[random.nextInt(1, 64)];
        random.nextBytes(some);
        return some;
    }

    private static byte[] insert(byte[] bytes, int at, byte[] piece) {
        byte[] all = Arrays.copyOf(bytes, bytes.length + piece.length);
        System.arraycopy(piece, 0, all, at, piece.length);
        System.arraycopy(bytes, at, all, at + piece.length, bytes.length - at);
        return all;
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    /// Takes accesses up to a number, with all that a reader of traces keeps of them.
    private static final class Bounded implements AccessSink {
        private final TraceSummary summary = new TraceSummary();
        private final List<String> spaces = new ArrayList<>();
        private int left = MOST_ACCESSES;

        @Override
        public void access(long page, boolean write) {
            if (--left == 0) {
                throw new Stopped();
            }
            summary.access(page, write);
        }

        @Override
        public void counted(long page, long reads, long writes) {
            assertThat(reads).isNotNegative();
            assertThat(writes).isNotNegative();
            summary.counted(page, reads, writes);
        }

        @Override
        public void space(int space, String name) {
            assertThat(space).isBetween(0, spaces.size());
            if (space == spaces.size()) {
                spaces.add(name);
            }
            summary.space(space, name);
        }
    }

    private static final class Stopped extends RuntimeException {
        Stopped() {
            super("enough", null, false, false);
        }
    }
}
