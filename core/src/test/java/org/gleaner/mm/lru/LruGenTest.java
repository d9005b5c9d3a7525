package org.gleaner.mm.lru;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.ACTIVE;
import static org.gleaner.mm.folio.FolioLayout.ANON;
import static org.gleaner.mm.folio.FolioLayout.AWAITED;
import static org.gleaner.mm.folio.FolioLayout.DIRTY;
import static org.gleaner.mm.folio.FolioLayout.ONE_REF;
import static org.gleaner.mm.folio.FolioLayout.REFERENCED;
import static org.gleaner.mm.folio.FolioLayout.REFS_MASK;
import static org.gleaner.mm.folio.FolioLayout.REFS_SHIFT;
import static org.gleaner.mm.folio.FolioLayout.SWAPBACKED;
import static org.gleaner.mm.folio.FolioLayout.SWAPCACHE;
import static org.gleaner.mm.folio.FolioLayout.UNEVICTABLE;
import static org.gleaner.mm.folio.FolioLayout.WORKINGSET;
import static org.gleaner.mm.folio.FolioLayout.WRITEBACK;
import static org.gleaner.mm.folio.FolioLayout.gen;
import static org.gleaner.mm.folio.FolioLayout.type;

import java.util.Random;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Into which generation a folio goes, and what moving does to its flags and to the sizes (6.12).
final class LruGenTest {
    private static final int FRAMES = 300;
    private static final long ANONYMOUS = ANON | SWAPBACKED;

    private final Folios folios = new Folios(PageSize.KIB_4, FRAMES, 26);
    private final Lruvec lruvec =
            new Lruvec(
                    folios,
                    true,
                    KernelVersion.V6_12,
                    new Lruvec(folios, true, KernelVersion.V6_12, null, new VmStat(4)),
                    new VmStat(4));
    private final LruGen gen = lruvec.gen();

    private void generations(Cpu cpu, long min, long max) {
        gen.setMinSeq(cpu, LruGen.ANON, min);
        gen.setMinSeq(cpu, LruGen.FILE, min);
        gen.setMaxSeq(cpu, max);
    }

    private long seqOf(Cpu cpu, int pfn) {
        long max = gen.maxSeq(cpu);
        return max - LruGen.slot(max - gen(folios.state(cpu, pfn)));
    }

    @ParameterizedTest
    @CsvSource({
        // flags, rotated, min, max, generation
        "ACTIVE, false, 2, 5, 5",
        "ACTIVE+SWAPCACHE, false, 2, 5, 5",
        "-, false, 2, 5, 4",
        "-, true, 2, 5, 4",
        "REFERENCED+WORKINGSET, false, 2, 5, 4",
        "SWAPCACHE+AWAITED+DIRTY, false, 2, 5, 4",
        "SWAPCACHE+AWAITED+WRITEBACK, false, 2, 5, 4",
        "SWAPCACHE+AWAITED, false, 2, 5, 3",
        "SWAPCACHE+DIRTY, false, 2, 5, 3",
        "SWAPCACHE, false, 2, 5, 3",
        "SWAPCACHE, false, 3, 5, 3",
        "SWAPCACHE, false, 4, 5, 4",
        "SWAPCACHE, true, 2, 5, 2",
    })
    void aFolioIsPlacedByTheFirstRuleThatMatches(
            String flags, boolean rotated, long min, long max, long seq) {
        OneCpu.run(cpu -> {
            generations(cpu, min, max);
            long bits = bits(flags);
            folios.init(cpu, 7, ANONYMOUS | bits | ONE_REF);
            folios.init(cpu, 8, ANONYMOUS | ACTIVE | ONE_REF);
            if (rotated) {
                lruvec.addTail(cpu, 7);
            } else {
                lruvec.add(cpu, 7);
            }
            assertThat(seqOf(cpu, 7)).isEqualTo(seq);
            long state = folios.state(cpu, 7);
            assertThat(state & ACTIVE).isZero();
            long kept = bits & ~ACTIVE;
            assertThat(state & kept).as("nothing else is touched").isEqualTo(kept);
            assertThat(gen.nrPages(LruGen.slot(seq), LruGen.ANON)).isOne();
        });
    }

    private static long bits(String names) {
        long bits = 0;
        for (String name : names.split("\\+")) {
            bits |=
                    switch (name) {
                        case "ACTIVE" -> ACTIVE;
                        case "SWAPCACHE" -> SWAPCACHE;
                        case "AWAITED" -> AWAITED;
                        case "DIRTY" -> DIRTY;
                        case "WRITEBACK" -> WRITEBACK;
                        case "REFERENCED" -> REFERENCED;
                        case "WORKINGSET" -> WORKINGSET;
                        default -> 0;
                    };
        }
        return bits;
    }

    @Test
    void foliosAreAddedAtTheHeadAndRotatedOnesAtTheTail() {
        OneCpu.run(cpu -> {
            generations(cpu, 3, 5);
            for (int pfn = 0; pfn < 3; pfn++) {
                folios.init(cpu, pfn, ANONYMOUS | SWAPCACHE | ONE_REF);
                lruvec.add(cpu, pfn);
            }
            folios.init(cpu, 3, ANONYMOUS | SWAPCACHE | ONE_REF);
            lruvec.addTail(cpu, 3);
            int list = gen.list(LruGen.slot(3), LruGen.ANON);
            assertThat(folios.lists.tail(list)).isEqualTo(3);
            assertThat(folios.lists.newer(list, 3)).isZero();
            assertThat(folios.lists.newer(list, 0)).isEqualTo(1);
        });
    }

    @Test
    void anUnevictableFolioStaysOffTheGenerations() {
        OneCpu.run(cpu -> {
            folios.init(cpu, 7, ANONYMOUS | UNEVICTABLE | ONE_REF);
            lruvec.add(cpu, 7);
            assertThat(gen(folios.state(cpu, 7))).isEqualTo(-1);
            assertThat(lruvec.size(LruList.UNEVICTABLE)).isOne();
        });
    }

    @ParameterizedTest
    @CsvSource({"5, true", "4, true", "3, false", "2, false"})
    void leavingAYoungGenerationMarksTheFolioActive(long seq, boolean active) {
        OneCpu.run(cpu -> {
            generations(cpu, 2, 5);
            for (int pfn = 0; pfn < 2; pfn++) {
                folios.init(cpu, pfn, ANONYMOUS | ONE_REF);
                lruvec.add(cpu, pfn);
                gen.updateGen(cpu, pfn, LruGen.slot(seq));
            }
            long[][] batch = new long[4][2];
            batch[LruGen.slot(4)][0] -= 2;
            batch[LruGen.slot(seq)][0] += 2;
            gen.flushBatch(cpu, batch);
            assertThat(gen.del(cpu, 0, false)).isTrue();
            assertThat(gen.del(cpu, 1, true)).isTrue();
            assertThat(folios.test(cpu, 0, ACTIVE)).isEqualTo(active);
            assertThat(folios.test(cpu, 1, ACTIVE)).isFalse();
            assertThat(gen(folios.state(cpu, 0))).isEqualTo(-1);
            assertThat(gen.del(cpu, 0, false)).isFalse();
            assertThat(lruvec.evictable()).isZero();
        });
    }

    @Test
    void updateGenRelabelsForgetsReferencesAndLeavesTheLink() {
        OneCpu.run(cpu -> {
            generations(cpu, 2, 5);
            folios.init(cpu, 7, ANONYMOUS | ONE_REF);
            lruvec.add(cpu, 7);
            folios.set(cpu, 7, REFERENCED | WORKINGSET | REFS_MASK);
            assertThat(gen.updateGen(cpu, 7, LruGen.slot(5))).isEqualTo(LruGen.slot(4));
            long state = folios.state(cpu, 7);
            assertThat(state & (REFERENCED | WORKINGSET | REFS_MASK)).isZero();
            assertThat(seqOf(cpu, 7)).isEqualTo(5);
            assertThat(folios.lists.tail(gen.list(LruGen.slot(4), LruGen.ANON))).isEqualTo(7);
            gen.del(cpu, 7, true);
            assertThat(gen.updateGen(cpu, 7, LruGen.slot(5))).isEqualTo(-1);
            assertThat(folios.test(cpu, 7, REFERENCED)).isTrue();
        });
    }

    @Test
    void incGenStepsFromTheOldestUnlessAWalkerWasFaster() {
        OneCpu.run(cpu -> {
            generations(cpu, 3, 5);
            folios.init(cpu, 7, ANONYMOUS | SWAPCACHE | ONE_REF);
            lruvec.add(cpu, 7);
            folios.set(cpu, 7, REFERENCED | WORKINGSET | REFS_MASK);
            assertThat(gen.incGen(cpu, 7, true)).isEqualTo(LruGen.slot(4));
            long state = folios.state(cpu, 7);
            assertThat(state & (REFERENCED | WORKINGSET | REFS_MASK)).isZero();
            assertThat(state & AWAITED).isNotZero();
            assertThat(gen.nrPages(LruGen.slot(4), LruGen.ANON)).isOne();
            assertThat(gen.nrPages(LruGen.slot(3), LruGen.ANON)).isZero();
            assertThat(gen.incGen(cpu, 7, false)).isEqualTo(LruGen.slot(4));
            assertThat(gen.nrPages(LruGen.slot(4), LruGen.ANON)).isOne();
        });
    }

    @Test
    void theReferenceLadderSaturatesAtFour() {
        OneCpu.run(cpu -> {
            folios.init(cpu, 7, ONE_REF);
            long[] steps = {
                REFERENCED,
                REFERENCED | WORKINGSET,
                REFERENCED | WORKINGSET | 1L << REFS_SHIFT,
                REFERENCED | WORKINGSET | 2L << REFS_SHIFT,
                REFERENCED | WORKINGSET | 3L << REFS_SHIFT,
                REFERENCED | WORKINGSET | 3L << REFS_SHIFT
            };
            for (long step : steps) {
                gen.incRefs(cpu, 7);
                assertThat(folios.state(cpu, 7)).isEqualTo(ONE_REF | step);
            }
            folios.init(cpu, 8, UNEVICTABLE);
            gen.incRefs(cpu, 8);
            assertThat(folios.state(cpu, 8)).isEqualTo(UNEVICTABLE);
        });
    }

    /// Adds, deletes, relabels, hands in batches late, and opens generations, in any order.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void sizesFollowLabelsWhateverHappens(long seed) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        OneCpu.run(cpu -> {
            generations(cpu, 2, 5);
            long[][] batch = new long[4][2];
            for (int turn = 0; turn < 20_000; turn++) {
                step(cpu, random, batch);
                if (turn % 500 == 499) {
                    gen.flushBatch(cpu, batch);
                    check(cpu);
                }
            }
        });
    }

    private void step(Cpu cpu, Random random, long[][] batch) {
        int pfn = random.nextInt(FRAMES);
        boolean listed = gen(folios.state(cpu, pfn)) >= 0;
        int what = random.nextInt(100);
        if (what < 40 && !listed) {
            long kind = random.nextBoolean() ? ANONYMOUS : 0;
            long flags = random.nextBoolean() ? ACTIVE : 0;
            folios.init(cpu, pfn, kind | flags | ONE_REF);
            lruvec.add(cpu, pfn);
        } else if (what < 60 && listed) {
            lruvec.del(cpu, pfn);
        } else if (what < 90 && listed) {
            int youngest = LruGen.slot(gen.maxSeq(cpu));
            int type = type(folios.state(cpu, pfn));
            int old = gen.updateGen(cpu, pfn, youngest);
            if (old >= 0) {
                batch[old][type]--;
                batch[youngest][type]++;
            }
        } else if (what == 99) {
            long max = gen.maxSeq(cpu);
            gen.relabelCounters(cpu, max);
            gen.setMaxSeq(cpu, max + 1);
            gen.setMinSeq(cpu, LruGen.ANON, max - 2);
            gen.setMinSeq(cpu, LruGen.FILE, max - 2);
        }
    }

    private void check(Cpu cpu) {
        long[][] labels = new long[4][2];
        for (int pfn = 0; pfn < FRAMES; pfn++) {
            long state = folios.state(cpu, pfn);
            if (gen(state) >= 0) {
                labels[gen(state)][type(state)]++;
            }
        }
        long max = gen.maxSeq(cpu);
        for (int type = 0; type < 2; type++) {
            for (int slot = 0; slot < 4; slot++) {
                assertThat(gen.nrPages(slot, type)).isEqualTo(labels[slot][type]);
            }
            long active = labels[LruGen.slot(max)][type] + labels[LruGen.slot(max - 1)][type];
            long inactive = labels[LruGen.slot(max - 2)][type] + labels[LruGen.slot(max - 3)][type];
            assertThat(lruvec.size(LruList.of(type, true))).isEqualTo(active);
            assertThat(lruvec.size(LruList.of(type, false))).isEqualTo(inactive);
        }
    }
}
