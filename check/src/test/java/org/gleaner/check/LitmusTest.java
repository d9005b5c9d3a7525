package org.gleaner.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.check.LitmusTest.Seen.NEVER;
import static org.gleaner.check.LitmusTest.Seen.SEEN;
import static org.gleaner.check.LitmusTest.Verdict.ALLOWED;
import static org.gleaner.check.LitmusTest.Verdict.FORBIDDEN;
import static org.gleaner.machine.MemoryOrder.ACQUIRE;
import static org.gleaner.machine.MemoryOrder.DEPENDENT;
import static org.gleaner.machine.MemoryOrder.FULL;
import static org.gleaner.machine.MemoryOrder.PLAIN;
import static org.gleaner.machine.MemoryOrder.RELEASE;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.gleaner.check.schedule.Search;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.machine.Word;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The small programs by which memory models are told apart, with the verdicts of ARMv8's (C.
/// Pulte et al., Simplifying ARM Concurrency, POPL 2018; `aarch64.cat`): what the weak memory of
/// the exploring engine shows is allowed, and what it does not show although it is allowed is
/// known.
final class LitmusTest {
    private static final CostModel COSTS = CostModel.named("x86-server");

    /// Of the architecture, on the result that is asked for.
    enum Verdict {
        ALLOWED,
        FORBIDDEN
    }

    /// By the search, of all schedules.
    enum Seen {
        SEEN,
        NEVER
    }

    /// One thing that a thread does: `Wx1` stores 1 to x, `Rx` loads it, `F` is a barrier, `A` adds
    /// to a word of its own.
    private record Act(char kind, int word, long value, MemoryOrder order) {
        long on(Cpu cpu, Word[] words, Word own) {
            cpu.only(order);
            switch (kind) {
                case 'W' -> cpu.store(words[word], value);
                case 'R' -> {
                    return cpu.load(words[word]);
                }
                case 'A' -> cpu.fetchAdd(own, 1);
                default -> cpu.fence();
            }
            return -1;
        }
    }

    private record Litmus(
            String name, String result, Verdict verdict, Seen seen, List<List<Act>> threads) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Act w(String word, long value, MemoryOrder order) {
        return new Act('W', word.charAt(0) - 'x', value, order);
    }

    private static Act w(String word, long value) {
        return w(word, value, PLAIN);
    }

    private static Act r(String word, MemoryOrder order) {
        return new Act('R', word.charAt(0) - 'x', 0, order);
    }

    private static Act r(String word) {
        return r(word, PLAIN);
    }

    private static Act dmb() {
        return new Act('F', 0, 0, FULL);
    }

    private static Act atomic(MemoryOrder order) {
        return new Act('A', 0, 0, order);
    }

    private static Litmus litmus(
            String name, String result, Verdict verdict, Seen seen, List<?>... threads) {
        List<List<Act>> acts =
                Stream.of(threads)
                        .map(thread -> thread.stream().map(Act.class::cast).toList())
                        .toList();
        return new Litmus(name, result, verdict, seen, acts);
    }

    /// A result is what each thread has loaded, and what x and y hold at the end.
    private static Stream<Litmus> all() {
        List<Act> mpPlain = List.of(w("x", 1), w("y", 1));
        List<Act> mpRelease = List.of(w("x", 1), w("y", 1, RELEASE));
        List<Act> readPlain = List.of(r("y"), r("x"));
        List<Act> readAcquire = List.of(r("y", ACQUIRE), r("x"));
        List<Act> readDependent = List.of(r("y"), r("x", DEPENDENT));
        List<Act> writesX = List.of(w("x", 1));
        List<Act> writesY = List.of(w("y", 1));
        return Stream.of(
                litmus("MP", "|1 0|11", ALLOWED, SEEN, mpPlain, readPlain),
                litmus("MP+po+acq", "|1 0|11", ALLOWED, SEEN, mpPlain, readAcquire),
                litmus("MP+rel+po", "|1 0|11", ALLOWED, SEEN, mpRelease, readPlain),
                litmus("MP+rel+acq", "|1 0|11", FORBIDDEN, NEVER, mpRelease, readAcquire),
                litmus("MP+rel+addr", "|1 0|11", FORBIDDEN, NEVER, mpRelease, readDependent),
                litmus(
                        "MP+dmb+dmb",
                        "|1 0|11",
                        FORBIDDEN,
                        NEVER,
                        List.of(w("x", 1), dmb(), w("y", 1)),
                        List.of(r("y"), dmb(), r("x"))),
                litmus(
                        "SB",
                        "0|0|11",
                        ALLOWED,
                        SEEN,
                        List.of(w("x", 1), r("y")),
                        List.of(w("y", 1), r("x"))),
                litmus(
                        "SB+rel-acqpc",
                        "0|0|11",
                        ALLOWED,
                        SEEN,
                        List.of(w("x", 1, RELEASE), r("y", ACQUIRE)),
                        List.of(w("y", 1, RELEASE), r("x", ACQUIRE))),
                litmus(
                        "SB+dmbs",
                        "0|0|11",
                        FORBIDDEN,
                        NEVER,
                        List.of(w("x", 1), dmb(), r("y")),
                        List.of(w("y", 1), dmb(), r("x"))),
                litmus(
                        "SB+rmw-acqs",
                        "0|0|11",
                        ALLOWED,
                        SEEN,
                        List.of(w("x", 1), atomic(ACQUIRE), r("y")),
                        List.of(w("y", 1), atomic(ACQUIRE), r("x"))),
                litmus(
                        "SB+rmw-fulls",
                        "0|0|11",
                        FORBIDDEN,
                        NEVER,
                        List.of(w("x", 1), atomic(FULL), r("y")),
                        List.of(w("y", 1), atomic(FULL), r("x"))),
                litmus(
                        "LB",
                        "1|1|11",
                        ALLOWED,
                        NEVER,
                        List.of(r("x"), w("y", 1)),
                        List.of(r("y"), w("x", 1))),
                litmus(
                        "LB+acqs",
                        "1|1|11",
                        FORBIDDEN,
                        NEVER,
                        List.of(r("x", ACQUIRE), w("y", 1)),
                        List.of(r("y", ACQUIRE), w("x", 1))),
                litmus(
                        "S",
                        "|1|21",
                        ALLOWED,
                        SEEN,
                        List.of(w("x", 2), w("y", 1)),
                        List.of(r("y"), w("x", 1))),
                litmus(
                        "S+rel+data",
                        "|1|21",
                        FORBIDDEN,
                        NEVER,
                        List.of(w("x", 2), w("y", 1, RELEASE)),
                        List.of(r("y"), w("x", 1))),
                litmus(
                        "R",
                        "|0|12",
                        ALLOWED,
                        SEEN,
                        List.of(w("x", 1), w("y", 1)),
                        List.of(w("y", 2), r("x"))),
                litmus(
                        "R+dmbs",
                        "|0|12",
                        FORBIDDEN,
                        NEVER,
                        List.of(w("x", 1), dmb(), w("y", 1)),
                        List.of(w("y", 2), dmb(), r("x"))),
                litmus(
                        "2+2W",
                        "||11",
                        ALLOWED,
                        SEEN,
                        List.of(w("x", 1), w("y", 2)),
                        List.of(w("y", 1), w("x", 2))),
                litmus(
                        "2+2W+rels",
                        "||11",
                        FORBIDDEN,
                        NEVER,
                        List.of(w("x", 1), w("y", 2, RELEASE)),
                        List.of(w("y", 1), w("x", 2, RELEASE))),
                litmus("CoRR", "|1 0|10", FORBIDDEN, NEVER, writesX, List.of(r("x"), r("x"))),
                litmus("CoWR", "0|10", FORBIDDEN, NEVER, List.of(w("x", 1), r("x"))),
                litmus("CoWW", "|20", FORBIDDEN, NEVER, List.of(w("x", 2), w("x", 1))),
                litmus(
                        "IRIW",
                        "||1 0|1 0|11",
                        ALLOWED,
                        SEEN,
                        writesX,
                        writesY,
                        List.of(r("x"), r("y")),
                        List.of(r("y"), r("x"))),
                litmus(
                        "IRIW+addrs",
                        "||1 0|1 0|11",
                        FORBIDDEN,
                        NEVER,
                        writesX,
                        writesY,
                        List.of(r("x"), r("y", DEPENDENT)),
                        List.of(r("y"), r("x", DEPENDENT))),
                litmus(
                        "IRIW+acqs",
                        "||1 0|1 0|11",
                        FORBIDDEN,
                        NEVER,
                        writesX,
                        writesY,
                        List.of(r("x", ACQUIRE), r("y", ACQUIRE)),
                        List.of(r("y", ACQUIRE), r("x", ACQUIRE))),
                litmus(
                        "WRC",
                        "|1|1 0|11",
                        ALLOWED,
                        SEEN,
                        writesX,
                        List.of(r("x"), w("y", 1)),
                        readPlain),
                litmus(
                        "WRC+data+addr",
                        "|1|1 0|11",
                        FORBIDDEN,
                        NEVER,
                        writesX,
                        List.of(r("x"), w("y", 1)),
                        readDependent));
    }

    private static Set<String> results(Litmus litmus) {
        Set<String> results = new HashSet<>();
        Search search = new Search(Search.UNBOUNDED);
        ExploringEngine engine;
        do {
            engine = new ExploringEngine(COSTS).withWeakMemory(2);
            Word[] words = {new Word(), new Word()};
            StringBuilder[] seen = new StringBuilder[litmus.threads.size()];
            for (int t = 0; t < seen.length; t++) {
                StringBuilder mine = new StringBuilder();
                seen[t] = mine;
                List<Act> acts = litmus.threads.get(t);
                engine.spawn("t" + t, cpu -> run(cpu, acts, words, mine));
            }
            if (engine.run(search) == ExploringEngine.End.DONE) {
                results.add(
                        String.join("|", seen) + "|" + words[0].snapshot() + words[1].snapshot());
            }
        } while (search.goOn(engine));
        return results;
    }

    private static void run(Cpu cpu, List<Act> acts, Word[] words, StringBuilder seen) {
        Word own = new Word();
        for (Act act : acts) {
            long loaded = act.on(cpu, words, own);
            if (loaded >= 0) {
                seen.append(seen.isEmpty() ? "" : " ").append(loaded);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void isSeenOnlyWhereItIsAllowed(Litmus litmus) {
        assertThat(results(litmus).contains(litmus.result))
                .as("%s among %s", litmus.result, results(litmus))
                .isEqualTo(litmus.seen == SEEN);
        assertThat(litmus.verdict == FORBIDDEN && litmus.seen == SEEN).isFalse();
    }
}
