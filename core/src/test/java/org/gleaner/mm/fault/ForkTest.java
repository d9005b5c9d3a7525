package org.gleaner.mm.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.mapcount;

import java.util.Objects;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memory.PageContents;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Test;

/// Private memory that two places share until one of them writes. Each run ends with an audit.
final class ForkTest {
    private static final PteFormat PTE = PteFormat.X86_64;
    private static final int PAGES = 100;

    private static final class Child {
        private final AddressSpace mm;
        private final Vma vma;
        private final UserTask task;

        Child(SmallHost small, Cpu cpu, Process p) {
            mm = small.host().newAddressSpace(cpu, p.memcg);
            vma =
                    Objects.requireNonNull(
                            small.host()
                                    .userMemory()
                                    .actors()
                                    .fork()
                                    .share(cpu, p.vma, mm, Process.BASE));
            task = new UserTask(small.host().faults(), mm);
        }

        long entry(Cpu cpu, long page) {
            return entryOf(cpu, mm, Process.BASE + page);
        }

        void access(Cpu cpu, long page, boolean write) {
            assertThat(task.access(cpu, Process.BASE + page, write)).isEqualTo(PageFaults.DONE);
        }
    }

    private static long entryOf(Cpu cpu, AddressSpace mm, long vpn) {
        return mm.tables().find(cpu, new Walk(), mm.root(), vpn);
    }

    @Test
    void theFirstWriteCopiesAndTheLastOwnerKeepsThePage() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
            p.writeAll(cpu, 0, 3);
            int pfn = p.pfn(0);
            Child child = new Child(small, cpu, p);
            assertThat(PTE.pfn(child.entry(cpu, 0))).isEqualTo(pfn);
            assertThat(mapcount(p.state(cpu, 0))).isEqualTo(2);
            assertThat(PTE.isWritable(p.entry(0)) || PTE.isWritable(child.entry(cpu, 0))).isFalse();
            p.read(cpu, 0);
            assertThat(p.pfn(0)).as("a read copies nothing").isEqualTo(pfn);
            p.write(cpu, 0);
            assertThat(p.pfn(0)).isNotEqualTo(pfn);
            assertThat(PTE.isShared(p.entry(0))).isFalse();
            child.access(cpu, 0, true);
            assertThat(PTE.pfn(child.entry(cpu, 0))).as("alone by now").isEqualTo(pfn);
            assertThat(PTE.isShared(child.entry(cpu, 0))).isFalse();
            small.host().mappingChanges().exit(cpu, child.mm);
            p.write(cpu, 1);
            assertThat(PTE.isShared(p.entry(1))).isFalse();
        });
    }

    @Test
    void bothPlacesKeepWhatWasWritten() {
        SmallHost small = SmallHost.threads();
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
            PageContents contents = Objects.requireNonNull(small.host().contents());
            p.write(cpu, 0);
            contents.words(p.pfn(0))[contents.base(p.pfn(0))] = 42;
            Child child = new Child(small, cpu, p);
            p.write(cpu, 0);
            contents.words(p.pfn(0))[contents.base(p.pfn(0))]++;
            int theirs = (int) PTE.pfn(child.entry(cpu, 0));
            assertThat(contents.words(p.pfn(0))[contents.base(p.pfn(0))]).isEqualTo(43);
            assertThat(contents.words(theirs)[contents.base(theirs)]).isEqualTo(42);
        });
    }

    @Test
    void reclaimFindsBothMappingsAndTheyShareTheSlot() {
        for (SmallHost small :
                new SmallHost[] {SmallHost.virtual(), SmallHost.virtual().disk().classic()}) {
            small.run(cpu -> {
                Process p = small.process(cpu, 300, 1_000);
                p.writeAll(cpu, 0, 50);
                Child child = new Child(small, cpu, p);
                p.writeAll(cpu, 50, 1_000);
                long mine = p.entry(0);
                assertThat(PTE.isSwap(mine) && PTE.isShared(mine)).isTrue();
                assertThat(child.entry(cpu, 0)).isEqualTo(mine);
                assertThat(small.host().swap().peek(cpu, p.slot(0)).mappings()).isEqualTo(2);
                child.access(cpu, 0, false);
                assertThat(PTE.isShared(child.entry(cpu, 0))).isTrue();
                assertThat(PTE.isWritable(child.entry(cpu, 0))).isFalse();
                p.write(cpu, 0);
                assertThat((long) p.pfn(0)).isNotEqualTo(PTE.pfn(child.entry(cpu, 0)));
                assertThat(PTE.isWritable(p.entry(0))).isTrue();
                for (int page = 0; page < 50; page++) {
                    child.access(cpu, page, true);
                    p.write(cpu, page);
                }
                small.host().mappingChanges().unmap(cpu, child.vma);
            });
        }
    }

    @Test
    void hugeFoliosAreTakenApartAndPinnedPagesCopiedAtOnce() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 1_024);
            p.write(cpu, 0);
            assertThat(p.isHuge(0)).isTrue();
            UserPages pages = small.host().pages().of(p.mm);
            Child first = new Child(small, cpu, p);
            assertThat(p.isHuge(0)).isFalse();
            assertThat(PTE.isShared(p.entry(511)) && PTE.isShared(first.entry(cpu, 511))).isTrue();
            PageClaim pin = new PageClaim();
            pages.lookUp(cpu, Process.BASE + 7, Lookup.PIN | Lookup.WRITE, pin);
            int pinned = p.pfn(7);
            Child second = new Child(small, cpu, p);
            assertThat(PTE.isWritable(p.entry(7))).as("its pinner goes on using it").isTrue();
            assertThat(p.pfn(7))
                    .isEqualTo(pinned)
                    .isNotEqualTo((int) PTE.pfn(second.entry(cpu, 7)));
            assertThat(PTE.isWritable(second.entry(cpu, 7))).isTrue();
            pages.put(cpu, pin);
        });
    }
}
