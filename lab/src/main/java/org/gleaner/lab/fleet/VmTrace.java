package org.gleaner.lab.fleet;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.gleaner.lab.generate.ZipfRanks;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.format.Level;

/// The trace of a made VM: a lap of its work, to be gone through again and again.
///
/// Its busy pages do what a [BusyPart] does. Each idle page is touched once a lap, all of them
/// evenly over it, in random order. Busy and idle pages lie in blocks of [#BLOCK] that are mixed.
public final class VmTrace {

    private static final double GIB = 1L << 30;
    private static final int BLOCK = 16;
    private static final int LEAST_PAGES = 8;
    private static final double WRITES = 0.3;

    private VmTrace() {}

    /// Pages that a VM touches at a scale.
    static int pages(MadeVm vm, Scale scale) {
        double pages = vm.sizeGib() * GIB / Size.PAGE * vm.touchedPercent() / 100;
        return (int) Math.max(LEAST_PAGES, Math.round(pages * scale.part() / scale.whole()));
    }

    /// Pages that a VM was given at a scale, no fewer than it touches.
    public static long sizePages(MadeVm vm, Scale scale) {
        double pages = vm.sizeGib() * GIB / Size.PAGE * scale.part() / scale.whole();
        return Math.max(pages(vm, scale), Math.round(pages));
    }

    /// Makes it, the same for the same arguments on every machine.
    public static HeldTrace of(MadeVm vm, BusyPart part, double lapSeconds, Scale scale) {
        int pages = pages(vm, scale);
        int idle = Math.clamp(Math.round(pages * vm.idlePercent() / 100), 0, pages - 1);
        Lap lap = new Lap(vm.seed(), pages, idle);
        part.lap(pages - idle, lapSeconds, vm.seed() + 1, lap);
        lap.idleUpTo(1);
        int[] words = Arrays.copyOf(lap.words, lap.count);
        boolean[] seen = new boolean[lap.region];
        int distinct = 0;
        for (int word : words) {
            int page = word & ~BusyPart.WRITE;
            distinct += seen[page] ? 0 : 1;
            seen[page] = true;
        }
        return new HeldTrace(vm.name(), Level.MEMORY, words, distinct, lap.region);
    }

    /// The share of a trace's pages that is not touched for 120 s, the mean over time, if its lap
    /// comes again and again.
    public static double coldShare(HeldTrace trace, double lapSeconds) {
        int[] words = trace.accesses();
        return BusyPart.cold(
                lapSeconds,
                sink -> {
                    for (int i = 0; i < words.length; i++) {
                        sink.word(words[i], i / (double) words.length);
                    }
                });
    }

    /// Puts busy and idle accesses together.
    private static final class Lap implements BusyPart.Words {
        private final SplittableRandom random;
        private final int[] blocks;
        private final int busy;
        private final int[] idleOrder;
        private final int region;
        private int[] words = new int[1 << 12];
        private int count;
        private int idleDone;

        Lap(long seed, int pages, int idle) {
            random = new SplittableRandom(seed);
            blocks = ZipfRanks.shuffled(Math.ceilDiv(pages, BLOCK), random);
            busy = pages - idle;
            idleOrder = ZipfRanks.shuffled(idle, random);
            region = blocks.length * BLOCK;
        }

        @Override
        public void word(int word, double at) {
            idleUpTo(at);
            add(word & ~BusyPart.WRITE, (word & BusyPart.WRITE) != 0);
        }

        void idleUpTo(double at) {
            while (idleDone < idleOrder.length && idleDone + 0.5 <= at * idleOrder.length) {
                add(busy + idleOrder[idleDone++], random.nextDouble() < WRITES);
            }
        }

        private void add(int page, boolean write) {
            if (count == words.length) {
                words = Arrays.copyOf(words, count * 2);
            }
            int placed = blocks[page / BLOCK] * BLOCK + page % BLOCK;
            words[count++] = placed | (write ? BusyPart.WRITE : 0);
        }
    }
}
