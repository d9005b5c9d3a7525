package org.gleaner.mm.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Test;

/// Each kind of damage is done once, on purpose, and must be found.
final class HostAuditTest {
    private final SmallHost small = SmallHost.virtual();

    private interface Damage {
        void doTo(Cpu cpu, Process p, Folios folios);
    }

    private void finds(String finding, Damage damage) {
        Host host = small.host();
        small.engine()
                .spawn(
                        "task",
                        cpu -> {
                            Process p = small.process(cpu, 200, 500);
                            p.writeAll(cpu, 0, 500);
                            host.lru().drain(cpu);
                            assertThat(small.findings()).isEmpty();
                            damage.doTo(cpu, p, host.folios());
                        });
        small.engine().run();
        assertThat(small.findings()).anySatisfy(f -> assertThat(f).contains(finding));
    }

    @Test
    void aReferenceTooMany() {
        finds("1 references, says 2", (cpu, p, folios) -> folios.get(cpu, p.pfn(499)));
    }

    @Test
    void aPinThatIsStatedIsNone() {
        small.run(cpu -> {
            Process p = small.process(cpu, 200, 500);
            p.write(cpu, 1);
            int pfn = p.pfn(1);
            small.host().folios().get(cpu, pfn);
            small.audit(audit -> audit.pinned(pfn));
        });
    }

    @Test
    void aMappingTooMany() {
        finds("1 mappings, says 2", (cpu, p, folios) -> folios.addMap(cpu, p.pfn(499)));
    }

    @Test
    void aPageThatIsShownElsewhere() {
        finds("belongs elsewhere", (cpu, p, folios) -> folios.setMapping(p.pfn(499), 0, 77));
    }

    private static void findsInHugePage(String finding, Damage damage) {
        SmallHost small = SmallHost.virtual().thp();
        small.engine()
                .spawn(
                        "task",
                        cpu -> {
                            Process p = small.process(cpu, 1_200, 1_024);
                            p.write(cpu, 0);
                            p.write(cpu, 512);
                            assertThat(p.isHuge(512)).isTrue();
                            assertThat(small.findings()).isEmpty();
                            damage.doTo(cpu, p, small.host().folios());
                        });
        small.engine().run();
        assertThat(small.findings()).anySatisfy(f -> assertThat(f).contains(finding));
    }

    @Test
    void aTailWithAStateOfItsOwn() {
        findsInHugePage(
                "is a tail, its state is",
                (cpu, p, folios) -> folios.set(cpu, p.hugeFolio(512) + 7, DIRTY));
    }

    @Test
    void aTailThatGotLost() {
        findsInHugePage(
                "is large and has 510 tails",
                (cpu, p, folios) -> folios.init(cpu, p.hugeFolio(512) + 7, 0));
    }

    @Test
    void aHeadThatIsNotLarge() {
        findsInHugePage(
                "is a tail of nothing",
                (cpu, p, folios) -> folios.clear(cpu, p.hugeFolio(512), LARGE));
    }

    @Test
    void aLargeFolioThatCountsAsOnePage() {
        findsInHugePage(
                "1024 pages, says 513",
                (cpu, p, folios) ->
                        p.memcg
                                .lruvec()
                                .gen()
                                .account(
                                        cpu,
                                        LruGen.ANON,
                                        gen(folios.peek(cpu, p.hugeFolio(512))),
                                        -1,
                                        511));
    }

    @Test
    void aLockThatWasNotGivenUp() {
        finds("is locked", (cpu, p, folios) -> folios.set(cpu, p.pfn(499), LOCKED));
    }

    @Test
    void aFolioThatFellOffItsList() {
        finds("listed false", (cpu, p, folios) -> folios.lists.unlink(p.pfn(499)));
    }

    @Test
    void anActiveFlagInAGeneration() {
        finds("active in a generation", (cpu, p, folios) -> folios.set(cpu, p.pfn(499), ACTIVE));
    }

    @Test
    void aRelabellingThatWasNotAccounted() {
        finds(
                "slot 2 type 0",
                (cpu, p, folios) -> p.gen().updateGen(cpu, p.pfn(499), LruGen.slot(2)));
    }

    @Test
    void aFrameThatLeaked() {
        finds("is free 0 times", (cpu, p, folios) -> small.host().node().zone().allocate(cpu, 0));
    }

    @Test
    void aFrameFreedUnderItsUser() {
        finds(
                "its state is",
                (cpu, p, folios) -> small.host().node().zone().release(cpu, p.pfn(499)));
    }

    @Test
    void aSlotWithoutItsEntry() {
        finds("entries, says 1", (cpu, p, folios) -> store(cpu, p, 0, PteFormat.NONE));
    }

    @Test
    void aSlotThatIsClaimed() {
        finds(
                "is claimed",
                (cpu, p, folios) -> small.host().swap().tryReserveCache(cpu, p.slot(0)));
    }

    @Test
    void aSlotWhoseFolioKnowsNothingOfIt() {
        finds(
                "which is not its",
                (cpu, p, folios) -> small.host().swap().allocate(cpu, p.pfn(499), 1));
    }

    @Test
    void aChargeForNothing() {
        finds("memcg 1: ", (cpu, p, folios) -> cpu.fetchAdd(p.memcg.usage(), 1));
    }

    @Test
    void aGenerationTooFew() {
        finds(
                "has 1 generations",
                (cpu, p, folios) -> p.gen().setMinSeq(cpu, LruGen.FILE, p.gen().maxSeq(cpu)));
    }

    @Test
    void manyFindingsAreCutShort() {
        finds(
                "references",
                (cpu, p, folios) -> {
                    for (int page = 400; page < 500; page++) {
                        folios.get(cpu, p.pfn(page));
                    }
                });
        assertThat(small.findings()).hasSize(20);
    }

    private static void store(Cpu cpu, Process p, long page, long entry) {
        Walk walk = new Walk();
        p.mm.tables().find(cpu, walk, p.mm.root(), Process.BASE + page);
        cpu.store(walk.words, walk.index, entry);
    }
}
