package org.gleaner.mm.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.pte.Tlb;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Test;

/// Accessed flags of a task whose CPU keeps translations.
final class KeptTranslationsTest {
    private static final PteFormat PTE = PteFormat.X86_64;
    private static final int SIZE = 16;
    private static final int WRITE = 1 << 31;

    private final SmallHost small = SmallHost.virtual();

    private static UserTask keeping(SmallHost small, Process p) {
        p.mm.keepTranslations(new Tlb(SIZE));
        return new UserTask(small.host().faults(), p.mm);
    }

    /// Aging: A is cleared, and nothing flushed.
    private static void age(Cpu cpu, Process p, long page) {
        Walk walk = new Walk();
        p.mm.tables().find(cpu, walk, p.mm.root(), Process.BASE + page);
        Pte.clear(cpu, PTE, walk.words, walk.index, PTE.accessed);
    }

    private static boolean accessed(Process p, long page) {
        return PTE.isAccessed(p.entry(page));
    }

    @Test
    void anAccessSetsTheFlagAgainOnlyOnceTheTranslationIsGone() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 1_024);
            UserTask task = keeping(small, p);
            int[] same = {WRITE | 7, 7, WRITE | 7};
            assertThat(task.run(cpu, Process.BASE, same, 0, 3)).isEqualTo(3);
            age(cpu, p, 7);
            assertThat(task.run(cpu, Process.BASE, same, 0, 3)).isEqualTo(3);
            assertThat(accessed(p, 7)).isFalse();
            int[] others = new int[10];
            for (int i = 0; i < others.length; i++) {
                others[i] = WRITE | 7 + (i + 1) * SIZE;
            }
            assertThat(task.run(cpu, Process.BASE, others, 0, 10)).isEqualTo(10);
            assertThat(task.run(cpu, Process.BASE, same, 1, 2)).isEqualTo(2);
            assertThat(accessed(p, 7)).isTrue();
        });
    }

    @Test
    void aTaskWithoutATlbAlwaysSetsIt() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 1_024);
            p.write(cpu, 7);
            age(cpu, p, 7);
            p.read(cpu, 7);
            assertThat(accessed(p, 7)).isTrue();
        });
    }

    @Test
    void thatAPageIsReadAgainAndAgainHidesItsFirstWriteFromNobody() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 1_024);
            UserTask task = keeping(small, p);
            task.access(cpu, Process.BASE, true);
            Walk walk = new Walk();
            p.mm.tables().find(cpu, walk, p.mm.root(), Process.BASE);
            Pte.clear(cpu, PTE, walk.words, walk.index, PTE.accessed | PTE.dirty);
            Objects.requireNonNull(p.mm.tlb()).flush();
            task.access(cpu, Process.BASE, false);
            age(cpu, p, 0);
            task.access(cpu, Process.BASE, true);
            assertThat(PTE.isDirty(p.entry(0)) && accessed(p, 0)).isTrue();
        });
    }

    @Test
    void whatReclaimUnmapsFaults() {
        small.run(cpu -> {
            Process p = small.process(cpu, 200, 1_024);
            UserTask task = keeping(small, p);
            for (int page = 0; page < 600; page++) {
                task.access(cpu, Process.BASE + page, true);
                task.access(cpu, Process.BASE, false);
                assertThat(p.isResident(0)).isTrue();
            }
            assertThat(p.isResident(1)).isFalse();
        });
    }

    @Test
    void whatIsUnmappedIsForgotten() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 1_024);
            UserTask task = keeping(small, p);
            task.access(cpu, Process.BASE, true);
            small.host().mappingChanges().unmap(cpu, p.vma);
            assertThat(task.access(cpu, Process.BASE, false)).isNotEqualTo(PageFaults.DONE);
        });
    }
}
