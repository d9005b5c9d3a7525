package org.gleaner.mm.audit;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.LruList;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;

/// What is on the lists of a cgroup, classic ones and generations, and whether their books say so.
final class ListAudit {
    private final Tally tally;
    private final Cpu cpu;
    private final Folios folios;

    ListAudit(Tally tally) {
        this.tally = tally;
        cpu = tally.cpu;
        folios = tally.folios;
    }

    void countLists(Memcg memcg) {
        Lruvec lruvec = memcg.lruvec();
        long[] sizes = new long[LruList.COUNT];
        countGenerations(memcg, lruvec, sizes);
        for (int list = 0; list < LruList.COUNT; list++) {
            int head = lruvec.list(list);
            for (int pfn = folios.lists.tail(head); pfn >= 0; pfn = folios.lists.newer(head, pfn)) {
                long state = checkListed(memcg, pfn, head);
                boolean active = (state & ACTIVE) != 0;
                tally.expect(gen(state) < 0, "pfn %d has a generation on a classic list", pfn);
                boolean classic = list == LruList.UNEVICTABLE || !lruvec.lruGenEnabled();
                tally.expect(
                        classic, "pfn %d is on list %d of a cgroup with generations", pfn, list);
                tally.expect(list == LruList.of(type(state), active), "pfn %d: list %d", pfn, list);
                sizes[list] += folios.pages(state);
            }
        }
        for (int list = 0; list < LruList.COUNT; list++) {
            long size = lruvec.size(list);
            tally.expect(
                    size == sizes[list],
                    "memcg %d list %d: %d pages, says %d",
                    memcg.id(),
                    list,
                    sizes[list],
                    size);
        }
    }

    private void countGenerations(Memcg memcg, Lruvec lruvec, long[] sizes) {
        LruGen gen = lruvec.gen();
        long max = gen.peekMaxSeq(cpu);
        for (int type = 0; type < 2; type++) {
            long[] labels = new long[LruGen.MAX_NR_GENS];
            for (int slot = 0; slot < LruGen.MAX_NR_GENS; slot++) {
                int head = gen.list(slot, type);
                for (int pfn = folios.lists.tail(head);
                        pfn >= 0;
                        pfn = folios.lists.newer(head, pfn)) {
                    long state = checkListed(memcg, pfn, head);
                    tally.expect((state & ACTIVE) == 0, "pfn %d is active in a generation", pfn);
                    tally.expect(gen(state) >= 0, "pfn %d has no generation", pfn);
                    boolean enabled = lruvec.lruGenEnabled();
                    tally.expect(enabled, "pfn %d is in a generation of a cgroup with lists", pfn);
                    tally.expect(type(state) == type, "pfn %d is of another type", pfn);
                    labels[Math.max(gen(state), 0)] += folios.pages(state);
                }
            }
            for (int slot = 0; slot < LruGen.MAX_NR_GENS; slot++) {
                long says = gen.nrPages(slot, type);
                tally.expect(
                        labels[slot] == says,
                        "memcg %d slot %d type %d: %d pages, says %d",
                        memcg.id(),
                        slot,
                        type,
                        labels[slot],
                        says);
                boolean active = slot == LruGen.slot(max) || slot == LruGen.slot(max - 1);
                sizes[LruList.of(type, active)] += labels[slot];
            }
            checkSequence(memcg, gen, type, max);
        }
        tally.expect(
                gen.peekMinSeq(cpu, LruGen.ANON) <= gen.peekMinSeq(cpu, LruGen.FILE),
                "memcg %d: file generations older than anonymous ones",
                memcg.id());
    }

    private void checkSequence(Memcg memcg, LruGen gen, int type, long max) {
        long min = gen.peekMinSeq(cpu, type);
        long gens = max - min + 1;
        tally.expect(
                gens >= LruGen.MIN_NR_GENS && gens <= LruGen.MAX_NR_GENS,
                "memcg %d type %d has %d generations",
                memcg.id(),
                type,
                gens);
        for (long seq = Math.max(min, max - LruGen.MAX_NR_GENS + 1); seq < max; seq++) {
            tally.expect(
                    gen.birthNanos(seq) <= gen.birthNanos(seq + 1),
                    "memcg %d: generation %d born after the next",
                    memcg.id(),
                    seq);
        }
    }

    private long checkListed(Memcg memcg, int pfn, int head) {
        long state = folios.peek(cpu, pfn);
        tally.expect(tally.onList[pfn] < 0, "pfn %d is on two lists", pfn);
        tally.onList[pfn] = head;
        tally.expect(
                memcg(state) == memcg.id(), "pfn %d is on the list of memcg %d", pfn, memcg.id());
        return state;
    }
}
