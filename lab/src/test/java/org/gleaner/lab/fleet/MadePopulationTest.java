package org.gleaner.lab.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.fleet.FleetFigures.Figure;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.TraceCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Populations beside the tables that they are made like.
final class MadePopulationTest {

    private static final Path TABLES = Path.of("..", "traces", "fleet");
    private static final Input INPUT = Input.ofProcess();
    private static final Scale SCALE = Scale.parse("1/1024");
    private static final double RETURNS = 15;

    @TempDir Path directory;

    private static Path table(String name) {
        return TABLES.resolve(name);
    }

    private static MadePopulation made(String table, int vms, long seed) {
        FleetDescription like =
                FleetFiles.description(List.of(table(table)), Size.parse("256GiB"), INPUT);
        return MadePopulation.make(like, vms, List.of("uniform"), _ -> 0.0, RETURNS, seed);
    }

    private static Distribution of(MadePopulation population, ToDoubleFunction<MadeVm> property) {
        Distribution all = new Distribution();
        population.vms().forEach(vm -> all.add(property.applyAsDouble(vm), 1));
        return all;
    }

    /// Of each property what is made may be apart from the table by a VM and the hundredth that
    /// percentiles leave open.
    @ParameterizedTest
    @CsvSource({
        "task_usage.csv, 50, 1",
        "task_usage.csv, 400, 2",
        "instance_usage.json, 100, 3",
        "vmtable.csv, 200, 4"
    })
    void whatIsMadeIsLikeItsTable(String table, int vms, long seed) {
        FleetFigures figures = FleetFiles.figures(List.of(table(table)), INPUT);
        MadePopulation population = made(table, vms, seed);
        double unit = figures.shares() ? 256 : 1;
        double bound = 0.0101 + 1.0 / vms;
        Distribution sizes = of(population, vm -> vm.sizeGib() / unit);
        assertThat(sizes.distance(figures.atMoments().get(Figure.SIZE))).isLessThan(bound);
        Distribution lives = of(population, MadeVm::lifeSeconds);
        assertThat(lives.distance(figures.atMoments().get(Figure.LIFE))).isLessThan(bound);
        Distribution touched = of(population, MadeVm::touchedPercent);
        if (!figures.atMoments().get(Figure.TOUCHED).isEmpty()) {
            assertThat(touched.distance(figures.atMoments().get(Figure.TOUCHED))).isLessThan(bound);
        }
        // and a table of VMs of twice the size is told apart
        Distribution twice = of(population, vm -> 2 * vm.sizeGib() / unit);
        assertThat(twice.distance(figures.atMoments().get(Figure.SIZE))).isGreaterThan(0.2);
    }

    @Test
    void itsTracesAreAsColdAsWasWished() {
        MadePopulation population = made("vmtable.csv", 40, 5);
        BusyParts parts = new BusyParts(new TraceCatalog(Path.of("..", "traces")), INPUT);
        double lap = population.lapSeconds();
        assertThat(lap).isEqualTo(520);
        for (MadeVm vm : population.vms()) {
            HeldTrace trace = VmTrace.of(vm, parts.of("uniform"), lap, SCALE);
            assertThat(trace.distinctPages()).isEqualTo(VmTrace.pages(vm, SCALE));
            assertThat(trace.distinctPages())
                    .isLessThanOrEqualTo((int) VmTrace.sizePages(vm, SCALE));
            double half = 50.0 / trace.distinctPages();
            assertThat(100 * VmTrace.coldShare(trace, lap))
                    .as("%s", vm)
                    .isCloseTo(vm.coldPercent(), within(0.5 + half));
        }
        Distribution cold = new Distribution();
        for (MadeVm vm : population.vms()) {
            HeldTrace trace = VmTrace.of(vm, parts.of("uniform"), lap, SCALE);
            cold.add(100 * VmTrace.coldShare(trace, lap), 1);
        }
        assertThat(cold.distance(population.like().cold().distribution(false))).isLessThan(0.05);
    }

    /// A recorded busy part, on fewer pages than the trace has and on more.
    @ParameterizedTest
    @CsvSource({"0.5GiB, 4", "2GiB, 3", "16GiB, 3"})
    void aTraceIsABusyPartOfAnySize(String size, double points) {
        BusyParts parts = new BusyParts(new TraceCatalog(Path.of("..", "traces")), INPUT);
        BusyPart part = parts.of("objects");
        double own = part.ownCold(520);
        assertThat(own).isBetween(0.1, 0.25);
        FleetDescription like =
                new FleetDescription(
                        "nothing",
                        Percentiles.of(100, Size.parse(size).bytes(0) / (double) (1L << 30)),
                        Percentiles.of(100, 60),
                        Percentiles.of(100, 80),
                        Percentiles.of(0, 40, 100, 40),
                        List.of());
        MadeVm vm =
                MadePopulation.make(like, 1, List.of("objects"), _ -> own, RETURNS, 1)
                        .vms()
                        .getFirst();
        HeldTrace trace = VmTrace.of(vm, part, 520, Scale.parse("1/64"));
        assertThat((double) trace.distinctPages())
                .isCloseTo(Size.parse(size).bytes(0) / 4096.0 / 64 * 0.8, within(1.0));
        assertThat(100 * VmTrace.coldShare(trace, 520)).isCloseTo(40, within(points));
        HeldTrace again = VmTrace.of(vm, part, 520, Scale.parse("1/64"));
        assertThat(again.accesses()).isEqualTo(trace.accesses());
    }

    @Test
    void aFileIsReadBack() throws IOException {
        MadePopulation population = made("task_usage.csv", 30, 7);
        assertThat(made("task_usage.csv", 30, 7)).isEqualTo(population);
        assertThat(made("task_usage.csv", 30, 8).vms()).isNotEqualTo(population.vms());
        Path file = directory.resolve("vms.yaml");
        String text = PopulationFile.text(population);
        Files.writeString(file, text);
        MadePopulation read = PopulationFile.read(file, INPUT);
        assertThat(read.vms()).hasSize(30);
        String[] withoutNotes = text.split("like:\n", 2);
        assertThat(PopulationFile.text(read)).endsWith(withoutNotes[1]);
        assertThat(PopulationFile.description(file, INPUT)).isEqualTo(read.like());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "size: {0: 2GiB | size: {0: 90% | is a share of nothing",
                "seed: 7 | sead: 7 | did you mean 'seed'?",
                "cold: {0: 1.0000% | cold: {0: 99% | do not grow",
                "cold: {0: | cold: {x: | 'x' is no whole percent",
                "life: {0: | life: {0: 3, 1: | is no length of time",
                "returns: 15.0000% | returns: 15 | '15' is no share",
                "busy: | buzy: | did you mean 'busy'?"
            })
    void aBadFileIsToldWithItsLine(String good, String bad, String what) throws IOException {
        FleetDescription like =
                new FleetDescription(
                        "x",
                        Percentiles.of(0, 2, 100, 4),
                        Percentiles.of(0, 60, 100, 61),
                        Percentiles.of(100, 50),
                        Percentiles.of(0, 1, 100, 40),
                        List.of());
        MadePopulation population =
                MadePopulation.make(like, 3, List.of("uniform"), _ -> 0, RETURNS, 7);
        String text = PopulationFile.text(population);
        assertThat(text).contains(good);
        Path file = Files.writeString(directory.resolve("vms.yaml"), text.replace(good, bad));
        assertThatThrownBy(() -> PopulationFile.read(file, INPUT))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("vms.yaml")
                .hasMessageContaining(what);
    }
}
