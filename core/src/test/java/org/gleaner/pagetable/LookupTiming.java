package org.gleaner.pagetable;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.SplittableRandom;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;

/// Prints what a lookup costs. A main, not a test: run it on a quiet machine.
///
/// The tree maps 64 Ki pages (128 tables, 512 KiB), the keys are random; so its level-1 tables live
/// in the second-level cache. One line per form of lookup, best of many rounds by CPU time of the
/// thread.
final class LookupTiming {
    private static final int PAGES = 1 << 16;
    private static final int LOOKUPS = 1 << 20;
    private static final int ROUNDS = 60;

    private LookupTiming() {}

    public static void main(String[] args) {
        Machine.onOneCpu(LookupTiming::run);
    }

    private static void run(Cpu cpu) {
        SpteFormat f = SpteFormat.EPT;
        TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, 1 << 10);
        RadixTable tables = new RadixTable(slab, f);
        int root = tables.newRoot(cpu);
        Tree.map(cpu, tables, root, 0, PAGES);
        int[] keys = new SplittableRandom(1).ints(LOOKUPS, 0, PAGES).toArray();
        Walk walk = new Walk();
        TreeIter iter = new TreeIter(tables, 64);
        for (int round = 0; round < 3; round++) {
            time("leafAt + entry", LOOKUPS, () -> slots(cpu, tables, root, keys));
            time("find + hit test ", LOOKUPS, () -> finds(cpu, tables, walk, root, keys));
            time("iterator        ", PAGES, () -> iterate(cpu, iter, root));
        }
    }

    private interface Body {
        long run();
    }

    private static void time(String what, int operations, Body body) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        long sink = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = threads.getCurrentThreadCpuTime();
            sink += body.run();
            best = Math.min(best, threads.getCurrentThreadCpuTime() - start);
        }
        System.out.printf(
                "%s %6.2f ns  %7.1f M/s  (%d)%n",
                what, (double) best / operations, operations * 1e3 / best, sink);
    }

    private static long slots(Cpu cpu, RadixTable tables, int root, int[] keys) {
        long sum = 0;
        for (int key : keys) {
            long slot = tables.leafAt(cpu, root, key);
            if (slot >= 0) {
                sum += tables.slab.slotWords(slot)[tables.slab.slotIndex(slot)];
            }
        }
        return sum;
    }

    private static long finds(Cpu cpu, RadixTable tables, Walk walk, int root, int[] keys) {
        long hit = tables.format.readHit;
        long hits = 0;
        for (int key : keys) {
            long entry = tables.find(cpu, walk, root, key);
            if ((entry & hit) == hit) {
                hits++;
            }
        }
        return hits;
    }

    private static long iterate(Cpu cpu, TreeIter iter, int root) {
        long leaves = 0;
        iter.start(root, 1, 0, PAGES);
        while (iter.nextLeaf(cpu)) {
            leaves++;
        }
        return leaves;
    }
}
