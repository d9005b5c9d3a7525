package org.gleaner.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.gleaner.check.Explorer.Limits;
import org.gleaner.check.Explorer.Outcome;
import org.gleaner.check.program.Finding.Detector;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Trial;
import org.gleaner.check.program.Variant;
import org.gleaner.check.schedule.Search;
import org.gleaner.machine.Cost;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Word;
import org.junit.jupiter.api.Test;

/// What the machine notices by itself, and how fast it is.
final class EngineTest {
    private static final Limits ALL = new Limits(Search.UNBOUNDED, Long.MAX_VALUE, 100_000);

    private static Outcome explore(Program.Body body) {
        Program program = new Program("test", "", "", body);
        return Explorer.explore(new Trial(program, Variant.FIXED), ALL);
    }

    @Test
    void twoLocksInTwoOrders() {
        Outcome outcome =
                explore((stage, variant) -> {
                    Word a = new Word();
                    Word b = new Word();
                    stage.actor(
                            "ab",
                            cpu -> {
                                cpu.await(a, -1, 0);
                                cpu.store(a, 1);
                                cpu.await(b, -1, 0);
                            });
                    stage.actor(
                            "ba",
                            cpu -> {
                                cpu.await(b, -1, 0);
                                cpu.store(b, 1);
                                cpu.await(a, -1, 0);
                            });
                });
        assertThat(outcome.finding().detector()).isEqualTo(Detector.DEADLOCK);
    }

    /// A guest that leaves again and again until the host stores something else than 0.
    private Outcome aLoopUntil(long stored) {
        return explore((stage, variant) -> {
            Word flag = new Word();
            stage.actor(
                    "guest",
                    cpu -> {
                        while (cpu.load(flag) == 0) {
                            cpu.charge(Cost.VMEXIT);
                        }
                    });
            stage.actor("host", cpu -> cpu.store(flag, stored));
        });
    }

    @Test
    void aLoopThatNobodyEnds() {
        assertThat(aLoopUntil(0).finding().detector()).isEqualTo(Detector.LIVELOCK);
    }

    @Test
    void aLoopThatSomebodyEnds() {
        Outcome outcome = aLoopUntil(1);
        assertThat(outcome.finding()).isNull();
        assertThat(outcome.extent()).isEqualTo(Extent.ALL);
    }

    @Test
    void aLockThatIsNotGivenBack() {
        Outcome outcome =
                explore((stage, variant) -> {
                    QueuedSpinLock lock = new QueuedSpinLock(LockClass.ZONE_LOCK);
                    stage.actor("leaver", lock::lock);
                });
        assertThat(outcome.finding().detector()).isEqualTo(Detector.LOCK_ORDER);
    }

    /// Who takes an entry in the middle is before or after the whole run, or ends it.
    @Test
    void aRunOfEqualWordsIsOneStep() {
        Set<String> ends = new TreeSet<>();
        Outcome outcome =
                explore((stage, variant) -> {
                    long[] words = new long[4];
                    long[] run = new long[1];
                    stage.actor("freezer", cpu -> run[0] = cpu.swapRun(words, 0, 4, 0, 1));
                    stage.actor("installer", cpu -> cpu.cas(words, 2, 0, 5));
                    stage.after(cpu -> ends.add(run[0] + Arrays.toString(words)));
                });
        assertThat(outcome.extent()).isEqualTo(Extent.ALL);
        assertThat(outcome.runs()).isEqualTo(2);
        assertThat(ends).containsExactly("2[1, 1, 5, 0]", "4[1, 1, 1, 1]");
    }

    @Test
    void aRandomScheduleOfOneSeedIsTheSameAgain() {
        Program program = Catalogue.program("fault-invalidate");
        Variant bug = Catalogue.bug("recheck-not-locked");
        Limits many = new Limits(Search.UNBOUNDED, Long.MAX_VALUE, 20_000);
        Outcome once = Explorer.random(new Trial(program, bug), 7, many);
        Outcome again = Explorer.random(new Trial(program, bug), 7, many);
        assertThat(once.finding()).isNotNull();
        assertThat(again.runs()).isEqualTo(once.runs());
        assertThat(again.schedule()).isEqualTo(once.schedule());
    }

    /// Two actors of 15 steps each: 50,000 runs a second and core is what is promised, and a tenth
    /// of it is asked for here, where the compiler is cold and the machine is not ours alone.
    @Test
    void runsAreFast() {
        Program program =
                new Program(
                        "test",
                        "",
                        "",
                        (stage, variant) -> {
                            Word[] words = new Word[15];
                            for (int i = 0; i < words.length; i++) {
                                words[i] = new Word();
                            }
                            for (int a = 0; a < 2; a++) {
                                stage.actor(
                                        "a" + a,
                                        cpu -> {
                                            for (Word w : words) {
                                                cpu.fetchAdd(w, 1);
                                            }
                                        });
                            }
                        });
        Limits limits = new Limits(Search.UNBOUNDED, TimeUnit.SECONDS.toNanos(3), 60_000);
        Outcome outcome = Explorer.explore(new Trial(program, Variant.FIXED), limits);
        double perSecond = outcome.runs() * 1e9 / outcome.nanos();
        System.out.printf("%,.0f runs of %d steps a second and core%n", perSecond, outcome.steps());
        assertThat(perSecond).isGreaterThan(5_000);
    }
}
