package org.gleaner.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gleaner.check.Explorer.Limits;
import org.gleaner.check.Explorer.Outcome;
import org.gleaner.check.mm.MemoryBugs;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Finding.Detector;
import org.gleaner.check.program.MemoryModel;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Trial;
import org.gleaner.check.program.Variant;
import org.gleaner.check.schedule.Replay;
import org.gleaner.check.schedule.ScheduleString;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every bug of the catalogue is found, by a schedule that a person can read and a machine can
/// repeat; and what is right is not called wrong. `gleaner check` does the same to the end.
@Tag("long")
final class CatalogueTest {
    private static final int PREEMPTIONS = 3;
    private static final int SWITCHES = 6;

    /// Where stores are late, each that reaches memory is one.
    private static final int WEAK_SWITCHES = 20;

    /// What a test has time for of each program.
    private static final Limits SHORT = new Limits(2, TimeUnit.MILLISECONDS.toNanos(400), 20_000);

    private static Stream<Arguments> bugs() {
        List<Arguments> all = new ArrayList<>();
        for (Variant bug : Catalogue.bugs()) {
            for (String name : bug.programs) {
                all.add(Arguments.of(Catalogue.program(name), bug));
            }
        }
        return all.stream();
    }

    private static Stream<Program> programs() {
        return Catalogue.programs().stream();
    }

    /// With as few preemptions as it takes, at most three.
    private static Outcome search(Trial trial) {
        Outcome outcome = null;
        for (int bound = 0; bound <= PREEMPTIONS; bound++) {
            outcome = Explorer.explore(trial, new Limits(bound, Long.MAX_VALUE, 10_000));
            if (outcome.finding() != null) {
                break;
            }
        }
        return outcome;
    }

    @ParameterizedTest(name = "{1} in {0}")
    @MethodSource("bugs")
    void everyBugIsFoundShrunkAndRepeated(Program program, Variant bug) {
        Trial trial = new Trial(program, bug);
        Outcome outcome = search(trial);
        Finding finding = outcome.finding();
        assertThat(finding).as("%s in %s", bug, program.name()).isNotNull();
        ScheduleString shrunk =
                new Shrinker(trial, finding, ScheduleString.parse(outcome.schedule()), () -> false)
                        .shrink();
        boolean weak = program.memory() == MemoryModel.ARM64;
        assertThat(shrunk.switches()).isLessThanOrEqualTo(weak ? WEAK_SWITCHES : SWITCHES);
        Finding again = new Trial(program, bug).run(new Replay(ScheduleString.parse("" + shrunk)));
        assertThat(again).isNotNull();
        assertThat(again.isLike(finding)).isTrue();
        String text = Interleaving.of(trial, finding, shrunk).text("gleaner check ...");
        assertThat(text).contains(finding.message());
    }

    private static Stream<Arguments> protocolBugs() {
        return bugs().filter(each -> !MemoryBugs.ALL.contains(each.get()[1]));
    }

    /// A check that is switched off lets its bug through; one is then noticed by another. What
    /// happens to a host's memory is noticed in many ways.
    @ParameterizedTest(name = "{1} in {0}")
    @MethodSource("protocolBugs")
    void withoutItsDetectorABugIsNotFound(Program program, Variant bug) {
        Set<Detector> deaf = EnumSet.noneOf(Detector.class);
        Outcome outcome = search(new Trial(program, bug));
        assertThat(outcome.finding()).isNotNull();
        deaf.add(outcome.finding().detector());
        Outcome without =
                Explorer.explore(
                        new Trial(program, bug, deaf),
                        new Limits(outcome.bound(), Long.MAX_VALUE, outcome.runs()));
        assertThat(without.finding() != null).isEqualTo(SEEN_TWICE.contains(bug.name));
    }

    /// Without the order of locks, it still ends in a deadlock.
    private static final Set<String> SEEN_TWICE = Set.of("slots-lock-in-callback");

    @ParameterizedTest
    @MethodSource("programs")
    void whatIsRightIsNotCalledWrong(Program program) {
        Outcome outcome = Explorer.explore(new Trial(program, Variant.FIXED), SHORT);
        assertThat(outcome.finding()).as(program.name()).isNull();
    }

    @Test
    void namesAreUnique() {
        assertThat(Catalogue.programs().stream().map(Program::name)).doesNotHaveDuplicates();
        assertThat(Catalogue.bugs().stream().map(b -> b.name)).doesNotHaveDuplicates();
        for (Variant bug : Catalogue.bugs()) {
            assertThat(bug.programs).allMatch(name -> Catalogue.program(name) != null);
        }
    }
}
