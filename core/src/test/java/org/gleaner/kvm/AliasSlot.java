package org.gleaner.kvm;

import static org.gleaner.kvm.OperationsHost.ALIAS;
import static org.gleaner.kvm.OperationsHost.MAIN;
import static org.gleaner.kvm.OperationsHost.PAGES;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.machine.Cpu;

/// An operator's own slot over a window of the main pages. It comes and goes, and now and then it
/// is logged: every page that was written through it must then be in the log.
final class AliasSlot {
    private final OperationsHost world;
    private final int me;
    private final boolean manualLog;
    private final SplittableRandom random;

    /// The first page in main, or -1.
    private int window = -1;

    private int windowPages;
    private boolean logged;

    /// What was written through it and was in no answer of the log yet.
    private final BitSet unreported = new BitSet();

    AliasSlot(OperationsHost world, int me, boolean manualLog, SplittableRandom random) {
        this.world = world;
        this.me = me;
        this.manualLog = manualLog;
        this.random = random;
    }

    boolean exists() {
        return window >= 0;
    }

    /// One of its pages, often of the first.
    int page() {
        return window + random.nextInt(random.nextInt(8) == 0 ? windowPages : 24);
    }

    /// The guest's name of a page of main.
    long gfn(int page) {
        return ALIAS + (long) me * 4 * PAGES + MAIN % 512 + page;
    }

    void wrote(int page) {
        if (logged) {
            unreported.set(page - window);
        }
    }

    void comeOrGo(Cpu cpu) {
        if (window >= 0) {
            world.vm.deleteSlot(cpu, 1 + me);
            window = -1;
            logged = false;
            return;
        }
        windowPages = random.nextBoolean() ? 512 : 64 + random.nextInt(1000);
        window = 64 * random.nextInt((PAGES - windowPages) / 64 + 1);
        world.vm.createSlot(cpu, 1 + me, gfn(window), windowPages, MAIN + window, false);
    }

    /// Begins, reads and ends its log.
    void log(Cpu cpu) {
        if (window < 0) {
            return;
        }
        if (!logged) {
            unreported.clear();
            world.vm.dirtyLog().begin(cpu, 1 + me);
            logged = true;
        } else if (random.nextInt(8) == 0) {
            report(cpu);
            LogEnd[] ends = LogEnd.values();
            world.vm.dirtyLog().end(cpu, 1 + me, ends[random.nextInt(ends.length)]);
            logged = false;
        } else {
            report(cpu);
        }
    }

    private void report(Cpu cpu) {
        long[] bits = world.vm.dirtyLog().get(cpu, 1 + me);
        BitSet missing = (BitSet) unreported.clone();
        missing.andNot(BitSet.valueOf(bits));
        Operator.expect(missing.isEmpty(), "pages %s were written and are not in the log", missing);
        if (manualLog) {
            Arrays.setAll(bits, k -> bits[k] & random.nextLong());
            world.vm.dirtyLog().clear(cpu, 1 + me, 0, windowPages, bits);
            unreported.andNot(BitSet.valueOf(bits));
        } else {
            unreported.clear();
        }
    }
}
