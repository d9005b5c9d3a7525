package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gleaner.kvm.ApplicableRule.Tally;
import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.Arm64;
import org.gleaner.kvm.arch.GeneratedPart;
import org.gleaner.kvm.arch.Upkeep;
import org.gleaner.kvm.arch.X86;
import org.gleaner.pagetable.Geometry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// One suite over all architectures and their base pages, on all three engines: random operations
/// of guests, agers, a reclaimer, a dirty log and slots that come and go ([SuiteRun]), with every
/// invariant and the order of locks armed. [ApplicableRule] says which invariants apply; each that
/// does must have had occasions, and what makes one inapplicable must not have happened.
///
/// `-Dgleaner.suite=100000` for so many operations in each row.
final class ArchitectureSuiteTest {
    private static final int OPERATIONS = Integer.getInteger("gleaner.suite", 2_000);
    private static final long SEED = Long.getLong("gleaner.torture.seed", 1);

    private static final GeneratedPart DOCUMENT =
            new GeneratedPart(
                    Path.of("../docs/invariants-by-architecture.md"),
                    "<!-- where they apply -->\n");

    private static final List<Architecture> ARCHITECTURES =
            List.of(
                    X86.EPT,
                    X86.EPT_NO_AD,
                    X86.NPT,
                    Arm64.HARDWARE_FLAG,
                    Arm64.SOFTWARE_FLAG,
                    Arm64.SERIAL_FAULTS);

    private record Row(SuiteRun.On engine, Architecture architecture, Geometry geometry) {
        @Override
        public String toString() {
            return engine
                    + ", "
                    + architecture.name()
                    + ", "
                    + (1 << geometry.pageShift - 10)
                    + " KiB";
        }
    }

    private static Stream<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (SuiteRun.On engine : SuiteRun.On.values()) {
            for (Architecture architecture : ARCHITECTURES) {
                for (Geometry geometry : architecture.geometries()) {
                    rows.add(new Row(engine, architecture, geometry));
                }
            }
        }
        return rows.stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    @Timeout(1800)
    void everyInvariantHoldsThatApplies(Row row) {
        // where a slot's range goes, all roots are too many entries for a run of the search's steps
        boolean all = row.architecture.upkeep().removal() == Upkeep.Removal.ALL_ROOTS;
        VmConfig config =
                VmConfig.of(row.architecture, World.merged())
                        .withPageShift(row.geometry.pageShift)
                        .withZapAll(all || row.engine != SuiteRun.On.EXPLORING);
        SplittableRandom seeds = new SplittableRandom(SEED);
        Tally tally = new Tally();
        long begin = System.nanoTime();
        while (tally.operations < OPERATIONS) {
            VmConfig one = config.withTlb(seeds.nextBoolean() ? 0 : 16);
            tally.add(new SuiteRun(row.engine, seeds.nextLong()).run(one, OPERATIONS));
        }
        System.out.printf(
                "%s: %d operations, %d faults, %d fast, %d evictions, %d young, %.1f s%n",
                row,
                tally.operations,
                tally.faults,
                tally.fast,
                tally.evictions,
                tally.young,
                (System.nanoTime() - begin) / 1e9);
        for (ApplicableRule rule : ApplicableRule.values()) {
            // real threads may miss one in a short run
            boolean sure = row.engine != SuiteRun.On.THREADS || OPERATIONS >= 10_000;
            if (sure && rule.appliesTo(row.architecture)) {
                assertThat(rule.occasions(tally)).as("occasions of %s", rule).isPositive();
            }
        }
        boolean fast =
                ApplicableRule.I14.appliesTo(row.architecture)
                        || ApplicableRule.AF.appliesTo(row.architecture)
                        || !ApplicableRule.A1.appliesTo(row.architecture);
        assertThat(tally.fast > 0 && !fast).as("fast faults where there are none").isFalse();
    }

    @Test
    void documentShowsWhereTheyApply() throws IOException {
        DOCUMENT.check(table());
    }

    private static String table() {
        StringBuilder text = new StringBuilder("| | invariant | applies where |");
        ARCHITECTURES.forEach(a -> text.append(' ').append(a.name()).append(" |"));
        text.append("\n|---|---|---|").append("---|".repeat(ARCHITECTURES.size())).append('\n');
        for (ApplicableRule rule : ApplicableRule.values()) {
            text.append("| ").append(rule).append(" | ").append(rule.what);
            text.append(" | ").append(rule.where).append(" |");
            for (Architecture a : ARCHITECTURES) {
                text.append(rule.appliesTo(a) ? " yes |" : " - |");
            }
            text.append('\n');
        }
        return text.toString();
    }
}
