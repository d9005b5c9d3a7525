package org.gleaner.lab.execute.scenario;

import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.run.AccessTrackingResult.Young;
import org.gleaner.lab.size.Scale;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.memcg.Memcg;

/// Tracks by generations, as the selftest does through `lru_gen_util`: an aging pass is forced
/// through debugfs, and pages that were used are found in the generation that was the youngest when
/// the pass began, or in the one that it opened.
final class GenerationTracker implements Tracker {
    /// How long to wait at a time where reclaim ages already.
    private static final long ANOTHERS_PASS_NANOS = 100_000;

    /// Of a pass by this tracker beside the walk, at full size: the file is also read again, as
    /// text, and parsed. It shrinks with the memory, for what counts is how long it is beside the
    /// walk. From the 114 passes of 8.2 ms that a guest of 1 GiB leaves room for (Houghton,
    /// `access_tracking_perf_test -p`).
    private static final long PASS_NANOS = 1_000_000;

    private final GuestMachine machine;
    private final long testPages;
    private final long passNanos;

    /// @param testPages that are looked at; the guest's, for nobody else uses the cgroup
    GenerationTracker(GuestMachine machine, long testPages) {
        this.machine = machine;
        this.testPages = testPages;
        Scale scale = machine.scale();
        passNanos = PASS_NANOS * scale.part() / scale.whole();
    }

    @Override
    public String label() {
        return "lru_gen";
    }

    @Override
    public boolean prepare(Cpu boss) {
        age(boss);
        return pagesFrom(boss, 0) >= testPages;
    }

    @Override
    public Young pass(Cpu boss) {
        long youngest = generations().maxSeq(boss);
        age(boss);
        return new Young(testPages, Math.min(pagesFrom(boss, youngest), testPages));
    }

    /// One forced aging pass, by this CPU or by one that was faster.
    void age(Cpu boss) {
        long youngest = generations().maxSeq(boss);
        boss.chargeNanos(passNanos);
        while (!machine.host().reclaim().age(boss, memcg())
                && generations().maxSeq(boss) == youngest) {
            boss.sleep(ANOTHERS_PASS_NANOS);
        }
    }

    /// Pages in generations from `seq` on.
    long pagesFrom(Cpu cpu, long seq) {
        LruGen gen = generations();
        long pages = 0;
        for (int type = LruGen.ANON; type <= LruGen.FILE; type++) {
            long from = Math.max(seq, gen.minSeq(cpu, type));
            for (long at = from; at <= gen.maxSeq(cpu); at++) {
                pages += gen.nrPages(LruGen.slot(at), type);
            }
        }
        return pages;
    }

    private LruGen generations() {
        return memcg().lruvec().gen();
    }

    private Memcg memcg() {
        return machine.host().memcgs().root();
    }
}
