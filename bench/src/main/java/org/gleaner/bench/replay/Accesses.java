package org.gleaner.bench.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;

/// The traces of this measurement: random accesses to [#PAGES] pages, three in ten of them writes,
/// from a seed.
final class Accesses {
    static final int PAGES = 1 << 16;

    private static final int HOT = PAGES / 4;
    private static final int WRITE = 1 << 31;
    private static final double WRITES = 0.3;
    private static final int BLOCK = 1 << 20;

    private Accesses() {}

    /// Any page, each as likely as any other.
    static Trace uniform(int accesses, long seed) {
        return trace("uniform", accesses, seed, 1);
    }

    /// A hot quarter of the pages, and with probability `tail` any of the others.
    static Trace hotAndTail(int accesses, long seed, double tail) {
        return trace("hot-and-tail", accesses, seed, tail);
    }

    private static Trace trace(String name, int accesses, long seed, double tail) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer bytes = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        try {
            Path directory = Files.createTempDirectory("gleaner-bench");
            Path file = directory.resolve(name + ".u32");
            try (FileChannel out =
                    FileChannel.open(
                            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                for (int done = 0; done < accesses; ) {
                    IntBuffer words = bytes.clear().asIntBuffer();
                    for (; words.hasRemaining() && done < accesses; done++) {
                        words.put(access(random, tail));
                    }
                    out.write(bytes.limit(words.position() * Integer.BYTES));
                }
                return TraceReader.read(file);
            } finally {
                Files.deleteIfExists(file);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int access(SplittableRandom random, double tail) {
        int page =
                tail < 1 && random.nextDouble() >= tail
                        ? random.nextInt(HOT)
                        : random.nextInt(tail < 1 ? HOT : 0, PAGES);
        return random.nextDouble() < WRITES ? page | WRITE : page;
    }
}
