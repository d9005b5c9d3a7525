package org.gleaner.mm.memcg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.SmallHost.HUGE_PAGES;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.gup.GetUserPages;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;

/// What a cgroup pays for page tables, and when it gets it back. Each test's host is audited.
final class TableChargeTest {
    private static final long BASE = HUGE_PAGES;

    private final SmallHost small = SmallHost.virtual().thp();
    private Memcg memcg;
    private AddressSpace mm;
    private Vma vma;
    private UserTask task;

    private void map(Cpu cpu, long limit, int pages) {
        memcg = small.host().memcgs().add(limit);
        mm = small.host().newAddressSpace(cpu, memcg);
        vma = mm.map(cpu, BASE, pages, small.host().objects().newAnon(), 0, true);
        task = new UserTask(small.host().faults(), mm);
    }

    private void write(Cpu cpu, int from, int to) {
        for (int page = from; page < to; page++) {
            assertThat(task.access(cpu, BASE + page, true)).isEqualTo(PageFaults.DONE);
        }
    }

    private long tables() {
        long tables = memcg.pageTables().snapshot();
        assertThat(memcg.kernelPages().snapshot()).isEqualTo(tables);
        return tables;
    }

    /// One for each of the three levels below the root.
    @Test
    void aTableIsPaidWhenItIsLinked() {
        small.run(cpu -> {
            map(cpu, Memcg.UNLIMITED, HUGE_PAGES - 1);
            assertThat(tables()).isZero();
            write(cpu, 0, 1);
            assertThat(tables()).isEqualTo(3);
            write(cpu, 1, 100);
            assertThat(tables()).isEqualTo(3);
        });
    }

    @Test
    void aHugePagePaysForTheTableLaidBy() {
        small.run(cpu -> {
            map(cpu, Memcg.UNLIMITED, 2 * HUGE_PAGES);
            write(cpu, 0, 1);
            assertThat(tables()).isEqualTo(3);
            write(cpu, HUGE_PAGES, HUGE_PAGES + 1);
            assertThat(tables()).isEqualTo(4);
            small.host().mappingChanges().unmap(cpu, vma);
            assertThat(tables()).isEqualTo(2);
        });
        assertThat(small.stat(VmEvent.THP_FAULT_ALLOC)).isEqualTo(2);
    }

    /// What was laid by is the table of the swap entries.
    @Test
    void aHugePageThatGoesToSwapPaysForNothingMore() {
        small.run(cpu -> {
            map(cpu, HUGE_PAGES + 200, 2 * HUGE_PAGES);
            write(cpu, 0, 1);
            assertThat(tables()).isEqualTo(3);
            write(cpu, HUGE_PAGES, HUGE_PAGES + 300);
            assertThat(tables()).isEqualTo(4);
        });
        assertThat(small.stat(VmEvent.THP_SWPOUT)).isEqualTo(1);
    }

    @Test
    void theEndOfAProcessGivesAllBack() {
        small.run(cpu -> {
            map(cpu, Memcg.UNLIMITED, 4 * HUGE_PAGES + 7);
            write(cpu, 0, 4 * HUGE_PAGES + 7);
            small.host().userMemory().split(cpu, pfn(cpu));
            assertThat(tables()).isEqualTo(7);
            small.host().mappingChanges().exit(cpu, mm);
            small.host().drain(cpu);
            assertThat(tables()).isZero();
            long stocked = small.host().allocator().stocked(memcg);
            assertThat(memcg.current()).isEqualTo(stocked);
        });
        assertThat(small.stat(VmEvent.THP_SPLIT_PMD)).isEqualTo(1);
    }

    private int pfn(Cpu cpu) {
        long got = small.host().pages().gup().get(cpu, mm, BASE, 0);
        int pfn = (int) (got & ~GetUserPages.WRITABLE);
        small.host().lru().put(cpu, small.host().folios().folio(cpu, pfn));
        return pfn;
    }

    /// Tables are reclaimed for, as anything else under a limit.
    @Test
    void aTableMayCostAPage() {
        small.run(cpu -> {
            map(cpu, 100, 3 * HUGE_PAGES);
            write(cpu, 0, 97);
            assertThat(small.stat(VmEvent.PGSCAN)).isZero();
            write(cpu, HUGE_PAGES, HUGE_PAGES + 1);
            assertThat(small.stat(VmEvent.PGSTEAL)).isPositive();
            assertThat(tables()).isEqualTo(4);
        });
    }

    @Test
    void whoMadeItsTablesBeforePaysNothing() {
        small.run(cpu -> {
            Memcg own = small.host().memcgs().add(Memcg.UNLIMITED);
            AddressSpace outside =
                    small.host().newAddressSpace(cpu, own, small.host().memcgs().root());
            outside.map(cpu, BASE, 100, small.host().objects().newAnon(), 0, true);
            new UserTask(small.host().faults(), outside).access(cpu, BASE, true);
            assertThat(own.kernelPages().snapshot()).isZero();
        });
    }

    @Test
    void tablesOfASecondaryMmuComeAndGoWithTheirPages() {
        small.run(cpu -> {
            map(cpu, Memcg.UNLIMITED, 10);
            UserPages pages = small.host().pages().of(mm);
            pages.payTables(cpu, 40);
            pages.useTables(cpu, 3);
            pages.payTableAtOnce(cpu);
            assertThat(memcg.kernelPages().snapshot()).isEqualTo(41);
            assertThat(memcg.secondaryTables().snapshot()).isEqualTo(3);
            pages.useTables(cpu, -3);
            pages.refundTables(cpu, 50);
            assertThat(memcg.kernelPages().snapshot()).isZero();
            assertThat(memcg.secondaryTables().snapshot()).isZero();
        });
    }
}
