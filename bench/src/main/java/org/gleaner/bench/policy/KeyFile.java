package org.gleaner.bench.policy;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;

/// A file of big-endian 32-bit keys, which peers read too. Keys are pages from 0 up.
final class KeyFile {

    /// Pages that Zipf's law is over.
    private static final int ZIPF_PAGES = 300_000;

    private static final double ZIPF = 0.99;

    private KeyFile() {}

    /// Accesses by Zipf's law with exponent 0.99; which page is how popular is left to the seed.
    static int[] zipf(int accesses, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] below = new double[ZIPF_PAGES];
        double sum = 0;
        for (int rank = 0; rank < ZIPF_PAGES; rank++) {
            sum += Math.pow(rank + 1, -ZIPF);
            below[rank] = sum;
        }
        int[] pageOf = new int[ZIPF_PAGES];
        for (int rank = 0; rank < ZIPF_PAGES; rank++) {
            int other = random.nextInt(rank + 1);
            pageOf[rank] = pageOf[other];
            pageOf[other] = rank;
        }
        int[] keys = new int[accesses];
        for (int i = 0; i < accesses; i++) {
            int found = Arrays.binarySearch(below, random.nextDouble() * sum);
            keys[i] = pageOf[Math.min(found < 0 ? -found - 1 : found, ZIPF_PAGES - 1)];
        }
        return keys;
    }

    /// Accesses from end to end of so many pages, again and again.
    static int[] loop(int accesses, int pages) {
        int[] keys = new int[accesses];
        Arrays.setAll(keys, i -> i % pages);
        return keys;
    }

    /// The pages of a trace, over and over.
    static int[] repeated(Path trace, int accesses) {
        int[] words = TraceReader.read(trace).accesses();
        int[] keys = new int[accesses / words.length * words.length];
        Arrays.setAll(keys, i -> Trace.page(words[i % words.length]));
        return keys;
    }

    static void write(Path file, int[] keys) throws IOException {
        try (var out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (int key : keys) {
                out.writeInt(key);
            }
        }
    }

    static int[] read(Path file) throws IOException {
        int[] keys = new int[(int) (Files.size(file) / Integer.BYTES)];
        ByteBuffer.wrap(Files.readAllBytes(file)).asIntBuffer().get(keys);
        return keys;
    }
}
