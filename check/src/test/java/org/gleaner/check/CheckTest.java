package org.gleaner.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.gleaner.check.CheckResult.Row;
import org.gleaner.check.Explorer.Limits;
import org.gleaner.check.Explorer.Outcome;
import org.gleaner.check.program.Trial;
import org.gleaner.check.program.Variant;
import org.junit.jupiter.api.Test;

/// What becomes of searches when somebody wants an end.
final class CheckTest {
    /// Wants an end when it is asked for the `patience`-th time.
    private static final class Impatient implements Check.Watcher {
        private final AtomicInteger patience;

        Impatient(int patience) {
            this.patience = new AtomicInteger(patience);
        }

        @Override
        public void done(String name, int done, int all) {}

        @Override
        public boolean isStopped() {
            return patience.getAndDecrement() <= 0;
        }
    }

    private static CheckResult run(int patience, String... names) {
        CheckRequest request = new CheckRequest(List.of(names), null, null, null, null, null);
        return new Check(request).run(new Impatient(patience));
    }

    @Test
    void aSearchIsCutOffAfterTheScheduleThatRuns() {
        CheckResult result = run(10, "two-faults");
        Row row = result.rows().getFirst();
        assertThat(row.runs()).isEqualTo(10);
        assertThat(row.verdict()).isEqualTo("unfinished");
        assertThat(result.complete()).isFalse();
        assertThat(result.isAsExpected()).isFalse();
        assertThat(result.missing()).containsExactly("two-faults");
    }

    @Test
    void aSearchForABugThatIsCutOffHasNotMissedIt() {
        CheckResult result = run(4, "age-slot-delete/frozen-entry-altered");
        assertThat(result.rows().getFirst().verdict()).isEqualTo("unfinished");
        assertThat(result.text()).doesNotContain("MISSED");
    }

    @Test
    void aFindingIsKeptThoughNobodyWaitsForItToBeShrunk() {
        Trial trial = new Trial(Catalogue.program("dirty-zap"), Catalogue.bug("dirty-by-store"));
        Outcome outcome = Explorer.explore(trial, new Limits(1, Long.MAX_VALUE, 100));
        int found = (int) outcome.runs();
        int before = (int) Explorer.explore(trial, new Limits(0, Long.MAX_VALUE, 100)).runs();
        for (int patience = 0; patience <= before + found + 3; patience++) {
            CheckResult result = run(patience, "dirty-zap/dirty-by-store");
            Row row = result.rows().getFirst();
            assertThat(row.verdict()).isIn("not begun", "unfinished", "found");
            assertThat(result.complete()).isEqualTo(row.finding() != null);
            assertThat(row.run() == null).isEqualTo(row.finding() == null);
        }
    }

    /// The last schedule is the last whether or not somebody has meanwhile asked for an end.
    @Test
    void whatIsOverIsNotCutOff() {
        Trial trial = new Trial(Catalogue.program("dirty-zap"), Variant.FIXED);
        Outcome all = Explorer.explore(trial, new Limits(9, Long.MAX_VALUE, 100));
        AtomicInteger left = new AtomicInteger((int) all.runs() - 1);
        Limits stopped = new Limits(9, Long.MAX_VALUE, 100, () -> left.getAndDecrement() <= 0);
        assertThat(Explorer.explore(trial, stopped).extent()).isEqualTo(Extent.ALL);
    }

    @Test
    void aSearchThatTakesTooLongHasNotMissedItsBug() {
        Variant bug = Catalogue.bug("frozen-entry-altered");
        Trial trial = new Trial(Catalogue.program("age-slot-delete"), bug);
        Outcome outcome = Explorer.explore(trial, new Limits(3, Long.MAX_VALUE, 2));
        assertThat(outcome.extent()).isEqualTo(Extent.PART);
    }
}
