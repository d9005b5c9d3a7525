package org.gleaner.check.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.machine.Schedule;
import org.gleaner.machine.Step;
import org.gleaner.machine.Word;
import org.junit.jupiter.api.Test;

/// The reduction loses nothing: on random programs the search reaches exactly the results that
/// trying every schedule reaches.
final class SearchTest {
    private static final CostModel COSTS = CostModel.named("x86-server");
    private static final int PROGRAMS = 400;
    private static final int[] PLAIN_KINDS = {0, 1, 6, 1, 0, 8, 7};
    private static final MemoryOrder[] ORDERS = MemoryOrder.values();

    private static final UnaryOperator<ExploringEngine> ONE_ORDER = engine -> engine;
    private static final UnaryOperator<ExploringEngine> WEAK = engine -> engine.withWeakMemory(2);

    /// What an actor does to a word, and what it makes of the answer.
    private record Act(int kind, int word, long a, long b, MemoryOrder order) {
        long on(Cpu cpu, Word[] words, long[] slab) {
            Word w = words[word];
            cpu.only(order);
            return switch (kind) {
                case 0 -> cpu.load(w);
                case 1 -> {
                    cpu.store(w, a);
                    yield 0;
                }
                case 2 -> cpu.cas(w, a, b) ? 1 : 0;
                case 3 -> cpu.fetchAdd(w, a);
                case 4 -> cpu.fetchOr(w, a);
                case 5 -> cpu.await(w, 1, a & 1);
                case 6 -> cpu.load(slab, word);
                case 7 -> cpu.swap(slab, word, a);
                case 8 -> {
                    cpu.writes(slab, 0, 2);
                    slab[0] = a;
                    slab[1] = b;
                    yield 0;
                }
                default -> cpu.awaitChange(w, a);
            };
        }
    }

    private static List<List<Act>> draw(Random random, int actors, int steps) {
        List<List<Act>> program = new ArrayList<>();
        for (int a = 0; a < actors; a++) {
            List<Act> acts = new ArrayList<>();
            int n = 1 + random.nextInt(steps);
            for (int s = 0; s < n; s++) {
                acts.add(
                        new Act(
                                random.nextInt(10),
                                random.nextInt(2),
                                random.nextInt(3),
                                random.nextInt(3),
                                ORDERS[random.nextInt(ORDERS.length)]));
            }
            program.add(acts);
        }
        return program;
    }

    private static final class Run {
        final ExploringEngine engine;
        final Word[] words = {new Word(), new Word()};
        final long[] slab = new long[2];
        final StringBuilder[] seen;

        Run(List<List<Act>> program, UnaryOperator<ExploringEngine> memory) {
            engine = memory.apply(new ExploringEngine(COSTS));
            seen = new StringBuilder[program.size()];
            for (int a = 0; a < program.size(); a++) {
                StringBuilder mine = new StringBuilder();
                seen[a] = mine;
                List<Act> acts = program.get(a);
                engine.spawn(
                        "a" + a,
                        cpu -> {
                            for (Act act : acts) {
                                mine.append(act.on(cpu, words, slab)).append(' ');
                            }
                        });
            }
        }

        String result() {
            StringBuilder text = new StringBuilder();
            for (StringBuilder s : seen) {
                text.append(s).append('|');
            }
            return text
                    + " "
                    + words[0].snapshot()
                    + words[1].snapshot()
                    + slab[0]
                    + slab[1]
                    + (engine.failure() == null ? "" : " stuck");
        }
    }

    /// Every schedule, one after another.
    private static final class All implements Schedule {
        private final int bound;
        private final List<int[]> stack = new ArrayList<>();
        private int depth;
        private int planned;
        private int last;
        private int spent;

        All(int bound) {
            this.bound = bound;
        }

        @Override
        public void begin(ExploringEngine engine) {
            depth = 0;
            last = -1;
            spent = 0;
        }

        @Override
        public int next(ExploringEngine engine) {
            int able = engine.enabled();
            int same = last < 0 ? 0 : engine.family(last);
            if ((able & same) != 0 && spent == bound) {
                able &= same;
            }
            if (depth == planned) {
                stack.add(new int[] {able, Integer.numberOfTrailingZeros(able)});
                planned++;
            }
            int who = stack.get(depth++)[1];
            if ((engine.enabled() & same) != 0 && (same >> who & 1) == 0) {
                spent++;
            }
            last = who;
            return who;
        }

        @Override
        public void taken(ExploringEngine engine, int actor, Step step) {}

        boolean goOn() {
            while (!stack.isEmpty()) {
                int[] top = stack.getLast();
                top[0] &= ~(1 << top[1]);
                if (top[0] != 0) {
                    top[1] = Integer.numberOfTrailingZeros(top[0]);
                    planned = stack.size();
                    return true;
                }
                stack.removeLast();
            }
            return false;
        }
    }

    private static Set<String> byAll(
            List<List<Act>> program, UnaryOperator<ExploringEngine> memory, int bound) {
        Set<String> results = new HashSet<>();
        All all = new All(bound);
        do {
            Run run = new Run(program, memory);
            run.engine.run(all);
            results.add(run.result());
        } while (all.goOn());
        return results;
    }

    private static Set<String> bySearch(
            List<List<Act>> program, UnaryOperator<ExploringEngine> memory, int bound) {
        Set<String> results = new HashSet<>();
        Search search = new Search(bound);
        Run run;
        do {
            run = new Run(program, memory);
            if (run.engine.run(search) != ExploringEngine.End.ABANDONED) {
                results.add(run.result());
            }
        } while (search.goOn(run.engine));
        return results;
    }

    private static void compare(
            int actors, int steps, UnaryOperator<ExploringEngine> memory, int bound, long seed) {
        Random random = new Random(seed);
        for (int n = 0; n < PROGRAMS; n++) {
            List<List<Act>> program = draw(random, actors, steps);
            assertThat(bySearch(program, memory, bound))
                    .as("%s", program)
                    .isEqualTo(byAll(program, memory, bound));
        }
    }

    @Test
    void twoActors() {
        compare(2, 5, ONE_ORDER, Search.UNBOUNDED, 1);
    }

    @Test
    void threeActors() {
        compare(3, 3, ONE_ORDER, Search.UNBOUNDED, 2);
    }

    @Test
    void twoActorsWithStoreBuffers() {
        compare(2, 3, ExploringEngine::withStoreBuffers, Search.UNBOUNDED, 3);
    }

    @Test
    void twoActorsWithWeakMemory() {
        compare(2, 3, WEAK, Search.UNBOUNDED, 8);
    }

    /// Stores and loads that nothing orders, of which more can be under way than have lanes.
    @Test
    void plainAccessesWithWeakMemory() {
        Random random = new Random(20);
        for (int n = 0; n < PROGRAMS / 8; n++) {
            List<List<Act>> program = new ArrayList<>();
            for (int a = 0; a < 2; a++) {
                List<Act> acts = new ArrayList<>();
                for (int s = 0; s < 3; s++) {
                    int kind = PLAIN_KINDS[random.nextInt(PLAIN_KINDS.length)];
                    MemoryOrder order =
                            random.nextInt(4) == 0 ? MemoryOrder.FULL : MemoryOrder.PLAIN;
                    acts.add(new Act(kind, random.nextInt(2), 1 + s, 1 + s, order));
                }
                program.add(acts);
            }
            assertThat(bySearch(program, WEAK, Search.UNBOUNDED))
                    .as("%s", program)
                    .isEqualTo(byAll(program, WEAK, Search.UNBOUNDED));
        }
    }

    @Test
    void boundedWithWeakMemory() {
        for (int bound = 0; bound < 3; bound++) {
            compare(2, 3, WEAK, bound, 9 + bound);
        }
    }

    @Test
    void bounded() {
        for (int bound = 0; bound < 3; bound++) {
            compare(3, 3, ONE_ORDER, bound, 4 + bound);
        }
    }
}
