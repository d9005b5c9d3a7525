package org.gleaner.lab.trace.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Reconstruction;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PageTraceTest {

    private static final PageTraceFormat FORMAT = new PageTraceFormat();

    /// Writes down what it is given, once for each access.
    private static final class Notes implements AccessSink {
        final List<String> lines = new ArrayList<>();
        private String space = "";
        private long cpu;
        private long time;

        @Override
        public void access(long page, boolean write) {
            lines.add(
                    space + " " + Long.toHexString(page) + (write ? "w" : "r") + cpu + "@" + time);
        }

        @Override
        public void space(int of, String name) {
            space = of + name;
        }

        @Override
        public void cpu(long of) {
            cpu = of;
        }

        @Override
        public void time(long now) {
            time = now;
        }
    }

    /// Tells two sinks the same.
    private record Both(AccessSink one, AccessSink two) implements AccessSink {
        @Override
        public void access(long page, boolean write) {
            one.access(page, write);
            two.access(page, write);
        }

        @Override
        public void space(int of, String name) {
            one.space(of, name);
            two.space(of, name);
        }

        @Override
        public void cpu(long of) {
            one.cpu(of);
            two.cpu(of);
        }

        @Override
        public void time(long now) {
            one.time(now);
            two.time(now);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatIsWrittenIsRead(long seed) throws IOException {
        Random random = new Random(seed);
        Notes notes = new Notes();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        PageTraceWriter writer = new PageTraceWriter(file);
        int accesses = 1 + random.nextInt(200_000);
        write(new Both(writer, notes), random, accesses, seed % 2 == 0, seed % 3 == 0);
        writer.finish(Map.of("source", "a test"), null);

        Notes read = new Notes();
        Reading reading = read(file.toByteArray(), read);

        assertThat(read.lines).as("seed %d", seed).isEqualTo(notes.lines);
        assertThat(reading.records()).isEqualTo(accesses).isEqualTo(writer.accesses());
        assertThat(reading.properties()).isEqualTo(Map.of("source", "a test"));
        assertThat(FORMAT.recognise(new Head(file.toByteArray(), true, "x")))
                .isEqualTo(TraceFormat.CERTAIN);
    }

    private static void write(
            AccessSink sink, Random random, int accesses, boolean spaces, boolean marks) {
        long page = random.nextLong();
        for (int i = 0; i < accesses; i++) {
            if (random.nextInt(5) == 0) {
                page = random.nextInt(20) == 0 ? random.nextLong() : page + random.nextInt(99) - 40;
            }
            if (spaces && random.nextInt(50) == 0) {
                int space = random.nextInt(3);
                for (int first = 0; i == 0 && first < 3; first++) {
                    sink.space(first, "s" + first);
                }
                sink.space(i < 1000 ? 0 : space, "s" + (i < 1000 ? 0 : space));
            } else if (spaces && i == 0) {
                for (int first = 0; first < 3; first++) {
                    sink.space(first, "s" + first);
                }
            }
            if (marks && random.nextInt(3) == 0) {
                sink.cpu(random.nextInt(4));
                sink.time(random.nextLong() >> random.nextInt(60));
            }
            sink.access(page, random.nextBoolean());
        }
    }

    @Test
    void namesComeBack() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        PageTraceWriter writer = new PageTraceWriter(file);
        for (int i = 0; i < 70_000; i++) {
            writer.access(i, false);
        }
        writer.finish(Map.of(), page -> "key " + page);

        Reading reading = read(file.toByteArray(), (_, _) -> {});

        assertThat(reading.names()).isNotNull();
        assertThat(reading.names().apply(69_999)).isEqualTo("key 69999");
    }

    @Test
    void nothingIsAFileToo() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        new PageTraceWriter(file).finish(Map.of(), null);
        assertThat(read(file.toByteArray(), new Notes()).records()).isZero();
    }

    @Test
    void aCutFileIsRefusedAtEveryLength() throws IOException {
        byte[] whole = small();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut, new Notes()))
                    .as("%d bytes", length)
                    .isInstanceOf(Malformed.class);
        }
    }

    @Test
    void aChangedByteIsRefused() throws IOException {
        byte[] whole = small();
        Notes right = new Notes();
        read(whole, right);
        for (int at = 0; at < whole.length; at++) {
            for (int bit : new int[] {1, 0x80}) {
                byte[] changed = whole.clone();
                changed[at] ^= (byte) bit;
                Notes notes = new Notes();
                try {
                    read(changed, notes);
                    // a type that is passed over, or the mark of the end
                    assertThat(notes.lines).as("byte %d", at).isEqualTo(right.lines);
                } catch (Malformed e) {
                    assertThat(e.what()).isNotBlank();
                }
            }
        }
    }

    private static byte[] small() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        PageTraceWriter writer = new PageTraceWriter(file);
        write(writer, new Random(1), 300, true, true);
        writer.finish(Map.of("a", "b"), null);
        return file.toByteArray();
    }

    private static Reading read(byte[] file, AccessSink sink) throws IOException {
        Reading reading = new Reading(Reconstruction.SWEEP);
        FORMAT.read(new TraceBytes(new ByteArrayInputStream(file)), sink, reading);
        return reading;
    }
}
