package org.gleaner.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gleaner.check.Explorer.Limits;
import org.gleaner.check.Explorer.Outcome;
import org.gleaner.check.kvm.WeakBugs;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Trial;
import org.gleaner.check.program.Variant;
import org.gleaner.machine.MemoryOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What only weakly ordered memory shows, and that each of the barriers is enough by itself.
final class WeakProgramsTest {
    private static Outcome explore(Program program, Variant variant, int bound) {
        Limits limits = new Limits(bound, Long.MAX_VALUE, Long.MAX_VALUE);
        return Explorer.explore(new Trial(program, variant), limits);
    }

    private static Program program(String name) {
        Program program = Catalogue.program(name);
        assertThat(program).as(name).isNotNull();
        return program;
    }

    private static Stream<Arguments> bugs() {
        List<Arguments> all = new ArrayList<>();
        for (Variant bug : WeakBugs.ALL) {
            for (String name : bug.programs) {
                all.add(Arguments.of(program(name), bug));
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{1} in {0}")
    @MethodSource("bugs")
    void oneOrderOfMemoryHidesIt(Program program, Variant bug) {
        Program strong = new Program(program.name(), "", "", program.body());
        Outcome outcome = explore(strong, bug, 2);
        assertThat(outcome.finding()).isNull();
        assertThat(outcome.extent()).isEqualTo(Extent.ALL);
        assertThat(explore(program, bug, 1).finding()).isNotNull();
    }

    private static void holds(String program, WeakBugs.Steps variant) {
        Outcome outcome = explore(program(program), variant, 0);
        assertThat(outcome.finding()).isNull();
        assertThat(outcome.extent()).isEqualTo(Extent.ALL);
    }

    /// `WRITE_ONCE`, as Linux has it: the barrier before the invalidation is what orders.
    @Test
    void aPlainStoreIsEnoughBeforeTheBarrier() {
        holds("arm64-evict", new WeakBugs.Steps("once", "", "", new WeakBugs.Clearing(true)));
    }

    /// A table that is cleared late is seen cleared if the entry that links it releases.
    @Test
    void theReleaseIsEnoughForATableThatIsClearedLate() {
        WeakBugs.Linking late = new WeakBugs.Linking(MemoryOrder.RELEASE);
        holds("arm64-link", new WeakBugs.Steps("late", "", "", late));
    }
}
