package org.gleaner.mm.gup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.DIRTY;
import static org.gleaner.mm.folio.FolioLayout.REFERENCED;
import static org.gleaner.mm.folio.FolioLayout.WORKINGSET;
import static org.gleaner.mm.folio.FolioLayout.refcount;
import static org.gleaner.mm.gup.GetUserPages.WRITABLE;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AnonVma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Test;

/// What resolving a page for somebody else returns, and the marks it leaves.
final class GetUserPagesTest {
    private final SmallHost small = SmallHost.virtual();

    private long get(Cpu cpu, Process p, long page, boolean write, boolean wantWritable) {
        int how = (write ? Lookup.WRITE : 0) | (wantWritable ? Lookup.WANT_WRITABLE : 0);
        return small.host().pages().gup().get(cpu, p.mm, Process.BASE + page, how);
    }

    private void put(Cpu cpu, long answer) {
        small.host().lru().put(cpu, (int) answer);
    }

    private Process touched(Cpu cpu) {
        Process p = small.process(cpu, Memcg.UNLIMITED, 100);
        p.readAll(cpu, 0, 50);
        small.host().lru().drain(cpu);
        return p;
    }

    @Test
    void theFastPathTakesWritableEntriesAndMarksThemReferenced() {
        small.run(cpu -> {
            Process p = touched(cpu);
            long answer = get(cpu, p, 3, true, false);
            assertThat(answer).isEqualTo(p.pfn(3) | WRITABLE);
            long state = p.state(cpu, 3);
            assertThat(refcount(state)).isEqualTo(2);
            assertThat(state & (REFERENCED | WORKINGSET | DIRTY)).isEqualTo(REFERENCED);
            put(cpu, get(cpu, p, 3, true, false));
            assertThat(p.state(cpu, 3) & WORKINGSET).as("no ladder").isZero();
            put(cpu, answer);
            assertThat(refcount(p.state(cpu, 3))).isOne();
        });
    }

    @Test
    void aReadThatAsksForNothingMoreClimbsTheLadder() {
        small.run(cpu -> {
            Process p = touched(cpu);
            long first = get(cpu, p, 3, false, false);
            assertThat(first).isEqualTo(p.pfn(3));
            assertThat(p.state(cpu, 3) & (REFERENCED | WORKINGSET)).isEqualTo(REFERENCED);
            long second = get(cpu, p, 3, false, false);
            assertThat(p.state(cpu, 3) & WORKINGSET).isNotZero();
            put(cpu, first);
            put(cpu, second);
        });
    }

    @Test
    void aReadThatWouldLikeToWriteIsToldThatItMay() {
        small.run(cpu -> {
            Process p = touched(cpu);
            long answer = get(cpu, p, 3, false, true);
            assertThat(answer).isEqualTo(p.pfn(3) | WRITABLE);
            put(cpu, answer);
        });
    }

    @Test
    void aPageThatIsNotThereIsFaultedIn() {
        small.run(cpu -> {
            Process p = touched(cpu);
            long write = get(cpu, p, 60, true, false);
            assertThat(write).isEqualTo(p.pfn(60) | WRITABLE);
            assertThat(PteFormat.X86_64.isDirty(p.entry(60))).isTrue();
            long read = get(cpu, p, 61, false, true);
            assertThat(read & WRITABLE).isNotZero();
            put(cpu, write);
            put(cpu, read);
        });
    }

    @Test
    void aReadOnlyMappingIsReadAndNotWritten() {
        small.run(cpu -> {
            Process p = touched(cpu);
            AnonVma anon = small.host().objects().newAnon();
            p.mm.map(cpu, 5_000, 10, anon, 0, false);
            long answer = small.host().pages().gup().get(cpu, p.mm, 5_003, Lookup.WANT_WRITABLE);
            assertThat(answer).isNotNegative();
            assertThat(answer & WRITABLE).isZero();
            put(cpu, answer);
            assertThat(small.host().pages().gup().get(cpu, p.mm, 5_003, Lookup.WRITE))
                    .isEqualTo(PageFaults.FAULT);
            assertThat(small.host().pages().gup().get(cpu, p.mm, 6_000, 0))
                    .isEqualTo(PageFaults.FAULT);
        });
    }

    @Test
    void theSlowPathMarksAPageDirtyThatItsEntryDoesNotSayIs() {
        small.run(cpu -> {
            Process p = touched(cpu);
            // present and not writable: the fast path declines, the fault makes it writable
            p.mm.tables().find(cpu, walk, p.mm.root(), Process.BASE + 3);
            cpu.fetchAnd(walk.words, walk.index, ~PteFormat.WRITABLE);
            long answer = get(cpu, p, 3, true, false);
            assertThat(answer).isEqualTo(p.pfn(3) | WRITABLE);
            assertThat(PteFormat.X86_64.isWritable(p.entry(3))).isTrue();
            put(cpu, answer);
        });
    }

    private final Walk walk = new Walk();

    @Test
    void aPinnedPageIsUnmappedButNeverFreed() {
        small.run(cpu -> {
            Process p = small.process(cpu, 300, 1_000);
            p.write(cpu, 0);
            int pfn = p.pfn(0);
            long pin = get(cpu, p, 0, true, false);
            for (int turn = 0; turn < 5; turn++) {
                p.writeAll(cpu, 1, 1_000);
            }
            assertThat(p.isSwapped(0)).isTrue();
            assertThat(small.host().swap().cached(cpu, p.slot(0))).isEqualTo(pfn);
            long major = small.stat(VmEvent.PGMAJFAULT);
            p.read(cpu, 0);
            assertThat(p.pfn(0)).isEqualTo(pfn);
            assertThat(small.stat(VmEvent.PGMAJFAULT)).isEqualTo(major);
            put(cpu, pin);
        });
    }

    @Test
    void aSwappedPageIsBroughtBack() {
        small.run(cpu -> {
            Process p = small.process(cpu, 300, 1_000);
            p.writeAll(cpu, 0, 1_000);
            assertThat(p.isSwapped(0)).isTrue();
            long answer = get(cpu, p, 0, false, true);
            assertThat(answer).isEqualTo(p.pfn(0) | WRITABLE);
            assertThat(small.stat(VmEvent.PGMAJFAULT)).isOne();
            put(cpu, answer);
        });
    }
}
