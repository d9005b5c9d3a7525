package org.gleaner.mm.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.SmallHost.HUGE_PAGES;

import java.util.Objects;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.Collapse.Outcome;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memory.PageContents;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Test;

/// Small pages that become a large folio, or stay as they are. Each run ends with an audit.
final class CollapseTest {
    private static final PteFormat PTE = PteFormat.X86_64;

    private static Outcome collapse(Cpu cpu, Process p) {
        return p.host.userMemory().actors().collapse().collapse(cpu, p.mm, Process.BASE + 5);
    }

    /// A process of 512 small pages, all of them written.
    private static Process smallPages(SmallHost small, Cpu cpu) {
        Process p = small.process(cpu, Memcg.UNLIMITED, 2 * HUGE_PAGES);
        p.write(cpu, 0);
        p.host.userMemory().split(cpu, p.hugeFolio(0));
        p.host.lru().drain(cpu);
        assertThat(p.isHuge(0)).isFalse();
        return p;
    }

    private static int tableOf(Cpu cpu, Process p) {
        Walk walk = new Walk();
        long pmd = p.mm.tables().findAt(cpu, walk, p.mm.root(), Process.BASE, RadixTable.LEVEL_2M);
        return PTE.table(pmd);
    }

    @Test
    void whatWasWrittenIsInTheLargeFolioAndTheSmallPagesAreFree() {
        SmallHost small = SmallHost.threads().thp();
        small.run(cpu -> {
            Process p = smallPages(small, cpu);
            PageContents contents = Objects.requireNonNull(p.host.contents());
            for (int i = 0; i < HUGE_PAGES; i++) {
                contents.words(p.pfn(i))[contents.base(p.pfn(i))] = i;
            }
            long usage = p.memcg.usage().snapshot();
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.DONE);
            assertThat(p.isHuge(0)).isTrue();
            for (int i = 0; i < HUGE_PAGES; i++) {
                int pfn = p.hugeFolio(0) + i;
                assertThat(contents.words(pfn)[contents.base(pfn)]).isEqualTo(i);
            }
            assertThat(p.memcg.usage().snapshot()).isLessThanOrEqualTo(usage + 64);
            p.write(cpu, 3);
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.NO_TABLE);
        });
        assertThat(small.stat(VmEvent.THP_COLLAPSE_ALLOC)).isEqualTo(1);
    }

    @Test
    void aSplitTakesTheSameTableAgainAndSoDoesAFaultAfterTheLeafIsGone() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = smallPages(small, cpu);
            int table = tableOf(cpu, p);
            int tables = p.mm.tables().count(p.mm.root());
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.DONE);
            p.host.userMemory().split(cpu, p.hugeFolio(0));
            assertThat(tableOf(cpu, p)).isEqualTo(table);
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.DONE);
            assertThat(p.mm.tables().count(p.mm.root())).isEqualTo(tables);
            p.host.mappingChanges().unmap(cpu, p.vma);
            assertThat(p.mm.tables().count(p.mm.root())).isEqualTo(tables);
            p.mm.map(cpu, Process.BASE, 100, p.host.objects().newAnon(), 0, true);
            assertThat(p.task.access(cpu, Process.BASE, true)).isEqualTo(PageFaults.DONE);
            assertThat(tableOf(cpu, p)).isEqualTo(table);
        });
    }

    @Test
    void aPageThatSomebodyHoldsKeepsTheRangeSmall() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = smallPages(small, cpu);
            PageClaim claim = new PageClaim();
            p.host.pages().of(p.mm).lookUp(cpu, Process.BASE + 500, Lookup.WRITE, claim);
            long[] before = new long[HUGE_PAGES];
            for (int i = 0; i < HUGE_PAGES; i++) {
                before[i] = p.entry(i);
            }
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.HELD);
            for (int i = 0; i < HUGE_PAGES; i++) {
                assertThat(p.entry(i)).isEqualTo(before[i]);
            }
            p.host.pages().of(p.mm).put(cpu, claim);
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.DONE);
        });
    }

    @Test
    void aFewPagesAreReadFromSwapAndManyAreNot() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = smallPages(small, cpu);
            p.host.memcgFiles().reclaim(cpu, p.memcg, 40);
            assertThat(small.stat(VmEvent.PSWPOUT)).isPositive();
            p.write(cpu, 0);
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.DONE);
            p.host.userMemory().split(cpu, p.hugeFolio(0));
            p.host.memcgFiles().reclaim(cpu, p.memcg, 400);
            p.write(cpu, 0);
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.SWAPPED);
        });
    }

    @Test
    void pagesThatNobodyUsesStaySmall() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 2 * HUGE_PAGES);
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.NO_TABLE);
            p = smallPages(small, cpu);
            for (int i = 0; i < 4; i++) {
                p.host.reclaim().age(cpu, p.memcg);
            }
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.OLD);
        });
    }

    /// A copy for the parent; the child keeps the small pages.
    @Test
    void sharedPagesAreCopiedUnlessTooMany() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = smallPages(small, cpu);
            AddressSpace child = small.host().newAddressSpace(cpu, p.memcg);
            small.host().userMemory().actors().fork().share(cpu, p.vma, child, Process.BASE);
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.SHARED);
            for (int i = 0; i < HUGE_PAGES / 2; i++) {
                p.write(cpu, i);
            }
            small.host().lru().drain(cpu);
            assertThat(collapse(cpu, p)).isEqualTo(Outcome.DONE);
            long theirs = child.tables().find(cpu, new Walk(), child.root(), Process.BASE + 300);
            assertThat(PTE.isShared(theirs)).isTrue();
            small.host().mappingChanges().exit(cpu, child);
        });
    }
}
