package org.gleaner.mm.memcg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.MemcgLru.Op;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The LRU of cgroups against lists that anybody can follow.
final class MemcgLruTest {
    private static final int GENS = 3;

    /// The obvious model. It draws bins from the same seed.
    private static final class Model {
        final List<List<List<Memcg>>> bins = new ArrayList<>();
        final SplittableRandom random;
        long seq;

        Model(long seed) {
            random = new SplittableRandom(seed);
            for (int gen = 0; gen < GENS; gen++) {
                bins.add(new ArrayList<>());
                for (int bin = 0; bin < MemcgLru.NR_BINS; bin++) {
                    bins.get(gen).add(new ArrayList<>());
                }
            }
        }

        void online(Memcg memcg) {
            bins.get(0).get(random.nextInt(MemcgLru.NR_BINS)).add(memcg);
        }

        int size(int gen) {
            return bins.get(gen).stream().mapToInt(List::size).sum();
        }

        void rotate(Memcg memcg, Op op) {
            if (op == Op.NONE) {
                return;
            }
            int old = (int) (seq % GENS);
            int from = 0;
            for (int gen = 0; gen < GENS; gen++) {
                for (List<Memcg> bin : bins.get(gen)) {
                    if (bin.remove(memcg)) {
                        from = gen;
                    }
                }
            }
            int to =
                    switch (op) {
                        case OLD -> old;
                        case YOUNG -> (int) ((seq + 1) % GENS);
                        default -> from;
                    };
            List<Memcg> bin = bins.get(to).get(random.nextInt(MemcgLru.NR_BINS));
            bin.add(op == Op.HEAD || op == Op.OLD ? 0 : bin.size(), memcg);
            if (size(from) == 0 && from == old) {
                seq++;
            }
        }
    }

    private final Folios folios = new Folios(PageSize.KIB_4, 1, 13 * 40);

    private List<Memcg> memcgs(int n) {
        List<Memcg> all = new ArrayList<>();
        for (int id = 0; id < n; id++) {
            Memcg parent = id == 0 ? null : all.getFirst();
            Lruvec above = parent == null ? null : parent.lruvec();
            all.add(
                    new Memcg(
                            id,
                            parent,
                            new Lruvec(folios, true, KernelVersion.V6_12, above, new VmStat(4)),
                            1));
        }
        return all;
    }

    private static List<Memcg> bin(Cpu cpu, MemcgLru lru, int gen, int bin) {
        List<Memcg> found = new ArrayList<>();
        for (Memcg at = lru.next(cpu, gen, bin, null); at != null; ) {
            found.add(at);
            at = lru.next(cpu, gen, bin, at);
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyMovesLeaveTheListsThatTheModelHas(long seed) {
        OneCpu.run(cpu -> {
            Random random = new Random(seed);
            List<Memcg> all = memcgs(1 + random.nextInt(30));
            MemcgLru lru = new MemcgLru(seed);
            Model model = new Model(seed);
            all.forEach(lru::online);
            all.forEach(model::online);
            for (int step = 0; step < 3_000; step++) {
                Memcg memcg = all.get(random.nextInt(all.size()));
                Op op = Op.values()[random.nextInt(Op.values().length)];
                lru.rotate(cpu, memcg, op);
                model.rotate(memcg, op);
                assertThat(lru.oldGen(cpu)).as("step %d", step).isEqualTo(model.seq % GENS);
                if (op != Op.NONE) {
                    assertThat(lru.isAtTail(memcg)).isEqualTo(op == Op.TAIL);
                }
                for (int gen = 0; gen < GENS; gen++) {
                    for (int bin = 0; bin < MemcgLru.NR_BINS; bin++) {
                        assertThat(bin(cpu, lru, gen, bin))
                                .as("seed %d step %d gen %d bin %d", seed, step, gen, bin)
                                .isEqualTo(model.bins.get(gen).get(bin));
                    }
                }
            }
        });
    }

    @Test
    void theYoungGenerationIsOldOnceTheOldOneIsEmpty() {
        OneCpu.run(cpu -> {
            List<Memcg> all = memcgs(3);
            MemcgLru lru = new MemcgLru(1);
            all.forEach(lru::online);
            int first = lru.oldGen(cpu);
            lru.rotate(cpu, all.get(0), Op.YOUNG);
            lru.rotate(cpu, all.get(1), Op.YOUNG);
            assertThat(lru.oldGen(cpu)).isEqualTo(first);
            lru.rotate(cpu, all.get(2), Op.YOUNG);
            assertThat(lru.oldGen(cpu)).isEqualTo((first + 1) % GENS);
        });
    }

    @Test
    void whoStandsAtACgroupThatOthersMovedGoesOnFromTheHead() {
        OneCpu.run(cpu -> {
            List<Memcg> all = memcgs(30);
            MemcgLru lru = new MemcgLru(1);
            all.forEach(lru::online);
            int gen = lru.oldGen(cpu);
            int bin = 0;
            while (bin(cpu, lru, gen, bin).size() < 3) {
                bin++;
            }
            List<Memcg> before = bin(cpu, lru, gen, bin);
            lru.rotate(cpu, before.get(1), Op.YOUNG);
            assertThat(lru.next(cpu, gen, bin, before.get(1))).isEqualTo(before.get(0));
        });
    }
}
