package org.gleaner.bench.parse;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.util.Locale;
import org.gleaner.lab.trace.TraceFormats;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Reconstruction;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// Prints how fast each trace format is parsed, unpacked and in memory, by one thread into a sink
/// that only counts; beside a loop over the same bytes: one that counts ends of lines for text, one
/// that adds up words for the rest.
///
/// Each figure is the best of a few rounds, in which parser and loop take turns, in processor time
/// of that thread. Megabytes are 10^6 bytes.
///
/// Arguments: megabytes of each input (48 unless given), rounds (4), and a format's name or a part
/// of it, for that alone.
public final class ParsingSpeed {
    private static final int MEGABYTES = 48;
    private static final int ROUNDS = 4;
    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private long sum;

    private ParsingSpeed() {}

    public static void main(String[] args) throws IOException {
        int megabytes = args.length > 0 ? Integer.parseInt(args[0]) : MEGABYTES;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : ROUNDS;
        String only = args.length > 2 ? args[2] : "";
        new ParsingSpeed().measure(megabytes * 1_000_000, rounds, only);
    }

    private void measure(int bytes, int rounds, String only) throws IOException {
        say("| format | kind | M records/s | MB/s | loop, MB/s |");
        say("|---|---|---|---|---|");
        for (Input input : Input.values()) {
            if (input.label().contains(only)) {
                measure(input, input.make(bytes), rounds);
            }
        }
        if (sum == 42) {
            say("");
        }
    }

    private void measure(Input input, byte[] bytes, int rounds) throws IOException {
        TraceFormat format = TraceFormats.of(input.label());
        double parser = Double.MAX_VALUE;
        double loop = Double.MAX_VALUE;
        long records = 0;
        for (int round = 0; round < rounds; round++) {
            long began = cpuNanos();
            Reading reading = new Reading(Reconstruction.SWEEP);
            Sum sink = new Sum();
            format.read(new TraceBytes(new ByteArrayInputStream(bytes)), sink, reading);
            parser = Math.min(parser, (double) (cpuNanos() - began));
            records = reading.records();
            sum += sink.sum;
            if (reading.skipped() > 0 || sink.count == 0) {
                throw new IllegalStateException(input + ": " + reading.firstSkipped());
            }
            began = cpuNanos();
            sum += input.isText() ? lines(bytes) : words(bytes);
            loop = Math.min(loop, (double) (cpuNanos() - began));
        }
        say(
                "| %s | %s | %.1f | %.0f | %.0f |",
                input.label(),
                input.isText() ? "text" : "binary",
                records * 1e3 / parser,
                bytes.length * 1e3 / parser,
                bytes.length * 1e3 / loop);
    }

    private static long lines(byte[] bytes) {
        long lines = 0;
        for (byte b : bytes) {
            if (b == '\n') {
                lines++;
            }
        }
        return lines;
    }

    private static long words(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
            sum += (long) WORDS.get(bytes, i);
        }
        return sum;
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void say(String line, Object... values) {
        System.out.println(values.length == 0 ? line : String.format(Locale.ROOT, line, values));
    }

    /// Counts accesses and adds up pages.
    private static final class Sum implements AccessSink {
        private long count;
        private long sum;

        @Override
        public void access(long page, boolean write) {
            count++;
            sum += write ? page : -page;
        }
    }
}
