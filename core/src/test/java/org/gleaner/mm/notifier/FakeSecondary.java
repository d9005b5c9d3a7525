package org.gleaner.mm.notifier;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gleaner.machine.Cpu;
import org.jspecify.annotations.Nullable;

/// A subscriber that is a set of young pages and speaks every generation of the API.
public final class FakeSecondary extends MmuNotifier
        implements FlipBitmapYoung,
                PredicateBitmapYoung,
                SplitBitmapYoung,
                FastOnlyYoung,
                FastOnlyFlagYoung,
                TwoBitmapYoung {
    public final Set<Long> young = new HashSet<>();

    /// Every call, as text.
    public final List<String> calls = new ArrayList<>();

    /// Whether the fast paths work.
    public boolean fast = true;

    /// Whether it has more than the baseline.
    public boolean hasGeneration = true;

    /// Those of all generations, so that any design can ask it.
    @Override
    public @Nullable YoungGeneration generation() {
        return hasGeneration ? this : null;
    }

    @Override
    public boolean clearFlushYoung(Cpu cpu, long start, long end) {
        calls.add("clearFlush " + start + " " + end);
        return harvest(start, end, true, null, null);
    }

    @Override
    public boolean clearYoung(Cpu cpu, long start, long end) {
        calls.add("clear " + start + " " + end);
        return harvest(start, end, true, null, null);
    }

    @Override
    public boolean testYoung(Cpu cpu, long vpn) {
        calls.add("test " + vpn);
        return young.contains(vpn);
    }

    @Override
    public void invalidateRangeStart(
            Cpu cpu, long start, long end, boolean mayBlock, InvalidationEvent event) {
        calls.add("start " + start + " " + end + " " + mayBlock);
    }

    @Override
    public void invalidateRangeEnd(Cpu cpu, long start, long end) {
        calls.add("end " + start + " " + end);
    }

    @Override
    public void release(Cpu cpu) {
        calls.add("release");
    }

    @Override
    public boolean testClearYoung(Cpu cpu, long start, long end, long[] bitmap) {
        calls.add("flip " + start + " " + end);
        if (!fast) {
            return false;
        }
        long[] found = new long[bitmap.length];
        harvest(start, end, true, found, bitmap);
        for (int i = 0; i < found.length; i++) {
            bitmap[i] ^= found[i];
        }
        return true;
    }

    @Override
    public int testClearYoung(
            Cpu cpu, long start, long end, boolean clear, long @Nullable [] bitmap) {
        calls.add("v2 " + start + " " + end + " " + clear);
        if (!fast && bitmap != null) {
            return 0;
        }
        boolean any = harvest(start, end, clear, clear ? null : bitmap, clear ? bitmap : null);
        return any ? fast ? LOCKLESS : PredicateBitmapYoung.YOUNG : 0;
    }

    @Override
    public int clearYoung(Cpu cpu, long start, long end, long @Nullable [] bitmap) {
        calls.add("v3clear " + start + " " + end);
        if (!fast && bitmap != null) {
            return UNRELIABLE;
        }
        boolean any = harvest(start, end, true, null, bitmap);
        return any ? fast ? FAST : SplitBitmapYoung.YOUNG : 0;
    }

    @Override
    public int testYoung(Cpu cpu, long start, long end, long @Nullable [] bitmap) {
        calls.add("v3test " + start + " " + end);
        if (!fast && bitmap != null) {
            return UNRELIABLE;
        }
        boolean any = harvest(start, end, false, bitmap, null);
        return any ? fast ? FAST : SplitBitmapYoung.YOUNG : 0;
    }

    @Override
    public int testClearYoungFastOnly(Cpu cpu, long start, long end, boolean clear) {
        calls.add("v5 " + start + " " + end + " " + clear);
        if (!fast) {
            return FAST_FAILED;
        }
        return harvest(start, end, clear, null, null) ? FAST_YOUNG : 0;
    }

    @Override
    public boolean hasFastAging() {
        return fast;
    }

    @Override
    public boolean clearYoung(Cpu cpu, long start, long end, boolean fastOnly) {
        calls.add("v6clear " + start + " " + end + " " + fastOnly);
        return harvest(start, end, true, null, null);
    }

    @Override
    public boolean testYoung(Cpu cpu, long vpn, boolean fastOnly) {
        calls.add("v6test " + vpn + " " + fastOnly);
        return young.contains(vpn);
    }

    @Override
    public boolean testClearYoung(
            Cpu cpu,
            long start,
            long end,
            boolean clear,
            long @Nullable [] out,
            long @Nullable [] predicate) {
        calls.add("two " + start + " " + end + " " + clear);
        return harvest(start, end, clear, out, predicate);
    }

    private boolean harvest(
            long start,
            long end,
            boolean clear,
            long @Nullable [] out,
            long @Nullable [] predicate) {
        boolean any = false;
        for (long page = start; page < end; page++) {
            if (!young.contains(page)) {
                continue;
            }
            any = true;
            int bit = YoungBitmapLayout.bit(end, page);
            if (out != null) {
                YoungBitmapLayout.set(out, bit);
            }
            if (clear && (predicate == null || YoungBitmapLayout.get(predicate, bit))) {
                young.remove(page);
            }
        }
        return any;
    }
}
