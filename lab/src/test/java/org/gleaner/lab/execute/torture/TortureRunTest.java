package org.gleaner.lab.execute.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.PteFormatChoice;
import org.gleaner.lab.execute.torture.TortureRound.Kind;
import org.gleaner.lab.run.TortureRequest;
import org.gleaner.lab.run.TortureResult;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// `-Dgleaner.torture.seconds=60` for longer, `-Dgleaner.torture.seed=N` for other choices.
@Tag("long")
final class TortureRunTest {
    private static final int SECONDS = Integer.getInteger("gleaner.torture.seconds", 3);
    private static final long SEED = Long.getLong("gleaner.torture.seed", 1);

    @Test
    @Timeout(3600)
    void nothingIsViolated() {
        AgingChoice aging = SECONDS > 3 ? null : AgingChoice.MERGED;
        TortureResult result =
                TortureRun.run(new TortureRequest(SECONDS, aging, SEED), Progress.SILENT);
        assertThat(result.dump()).as(result.failures().toString()).isNull();
        assertThat(result.armed()).isTrue();
        assertThat(result.completeness().complete()).isTrue();
        assertThat(result.operations()).isPositive();
        assertThat(result.refused()).isPositive();
        assertThat(result.swapIns()).isPositive();
        assertThat(result.agingPasses()).isPositive();
        assertThat(result.protects() + result.unmaps() + result.slotChanges()).isPositive();
    }

    @Test
    void theDesignsShareTheTime() {
        assertThat(TortureRun.share(30, 9, 0)).isEqualTo(3);
        assertThat(TortureRun.share(24, 8, 2)).isEqualTo(1);
        assertThat(TortureRun.share(1, 8, 2)).isEqualTo(0.1);
        assertThat(TortureRun.share(1000, 9, 2)).isEqualTo(3);
    }

    @Test
    void allDesignsAreToldAndWhatWasTooLittleFails() {
        TortureResult result = TortureRun.run(new TortureRequest(1, null, SEED), Progress.SILENT);
        assertThat(result.designs())
                .extracting(TortureResult.Design::aging)
                .containsExactlyElementsOf(AgingChoice.designs());
        assertThat(result.designs())
                .allSatisfy(each -> {
                    boolean little = each.operations() < TortureTally.LEAST_ACCESSES;
                    String name = each.aging().label() + ": ";
                    assertThat(result.failures().stream().anyMatch(line -> line.startsWith(name)))
                            .isEqualTo(little || each.agingPasses() == 0);
                    assertThat(each.whole()).isEqualTo(each.rounds() > 0);
                });
        assertThat(result.completeness().asked()).isEqualTo(AgingChoice.designs().size());
        assertThat(result.operations())
                .isEqualTo(
                        result.designs().stream()
                                .mapToLong(TortureResult.Design::operations)
                                .sum());
    }

    @Test
    void anInterruptedRoundIsMissing() {
        Progress stopped = new StoppedWhenAsked();
        TortureRequest request = new TortureRequest(60, AgingChoice.MERGED, SEED);
        try {
            TortureResult result = TortureRun.run(request, stopped);
            assertThat(result.interrupted()).isTrue();
            assertThat(result.completeness().missing()).containsExactly("merged");
            assertThat(result.failures()).isEmpty();
        } catch (Cancelled nothingWasDone) {
            // On a busy machine.
        }
    }

    /// The user wants an end after a first line of progress.
    private static final class StoppedWhenAsked implements Progress {
        private boolean said;

        @Override
        public void begin(String task, long steps) {}

        @Override
        public void at(long done) {}

        @Override
        public void end() {}

        @Override
        public void say(String line) {
            said = true;
        }

        @Override
        public boolean cancelled() {
            return said;
        }
    }

    // --- that it would be noticed ------------------------------------------------------------

    static Stream<Arguments> wrongSteps() {
        return Stream.of(
                Arguments.of(
                        "I3",
                        new SpteSteps() {
                            @Override
                            public boolean releasesDirty() {
                                return false;
                            }
                        }),
                Arguments.of(
                        "I9",
                        new SpteSteps() {
                            @Override
                            public boolean asksTheGate() {
                                return false;
                            }
                        }),
                Arguments.of(
                        "I10",
                        new SpteSteps() {
                            @Override
                            public boolean flushesAfterZap() {
                                return false;
                            }
                        }));
    }

    @ParameterizedTest
    @MethodSource("wrongSteps")
    @Timeout(300)
    void aWrongStepIsNoticed(String invariant, SpteSteps steps) {
        Kind kind = new Kind(AgingChoice.MERGED, PteFormatChoice.EPT, Lru.MGLRU, Backing.MEMFD);
        long nanos = 30_000_000_000L;
        TortureRound round = new TortureRound(kind, SEED, nanos);
        round.machine().setSteps(steps);
        assertThatThrownBy(round::run)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(invariant);
    }
}
