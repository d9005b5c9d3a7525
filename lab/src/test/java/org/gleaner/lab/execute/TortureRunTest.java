package org.gleaner.lab.execute;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.AgingDesign;
import org.gleaner.lab.run.TortureRequest;
import org.gleaner.lab.run.TortureResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `-Dgleaner.torture.seconds=60` for longer, `-Dgleaner.torture.seed=N` for other choices.
final class TortureRunTest {
    private static final int SECONDS = Integer.getInteger("gleaner.torture.seconds", 3);
    private static final long SEED = Long.getLong("gleaner.torture.seed", 1);

    @Test
    @Timeout(3600)
    void nothingIsViolated() {
        AgingDesign aging = SECONDS > 3 ? null : AgingDesign.MERGED;
        TortureResult result =
                TortureRun.run(new TortureRequest(SECONDS, aging, SEED), Progress.SILENT);
        assertThat(result.failures()).as(result.dump()).isEmpty();
        assertThat(result.armed()).isTrue();
        assertThat(result.complete()).isTrue();
        assertThat(result.operations()).isPositive();
        assertThat(result.refused()).isPositive();
        assertThat(result.swapIns()).isPositive();
        assertThat(result.agingPasses()).isPositive();
        assertThat(result.protects() + result.unmaps() + result.slotChanges()).isPositive();
    }
}
