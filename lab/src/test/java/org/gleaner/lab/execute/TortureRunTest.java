package org.gleaner.lab.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.gleaner.kvm.ProtocolSteps;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.AgingDesign;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.PteFormat;
import org.gleaner.lab.execute.TortureRound.Kind;
import org.gleaner.lab.run.TortureRequest;
import org.gleaner.lab.run.TortureResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

    // --- that it would be noticed ------------------------------------------------------------

    static Stream<Arguments> wrongSteps() {
        return Stream.of(
                Arguments.of(
                        "I3",
                        new ProtocolSteps() {
                            @Override
                            protected boolean releasesDirty() {
                                return false;
                            }
                        }),
                Arguments.of(
                        "I9",
                        new ProtocolSteps() {
                            @Override
                            protected boolean asksTheGate() {
                                return false;
                            }
                        }),
                Arguments.of(
                        "I10",
                        new ProtocolSteps() {
                            @Override
                            protected boolean flushesAfterZap() {
                                return false;
                            }
                        }));
    }

    @ParameterizedTest
    @MethodSource("wrongSteps")
    @Timeout(300)
    void aWrongStepIsNoticed(String invariant, ProtocolSteps steps) {
        Kind kind = new Kind(AgingDesign.MERGED, PteFormat.EPT, Lru.MGLRU, Backing.MEMFD);
        long nanos = 30_000_000_000L;
        TortureRound round = new TortureRound(kind, SEED, nanos, new LongAdder(), new LongAdder());
        round.machine().setSteps(steps);
        assertThatThrownBy(round::run)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(invariant);
    }
}
