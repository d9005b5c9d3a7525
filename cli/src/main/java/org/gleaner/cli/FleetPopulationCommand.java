package org.gleaner.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.fleet.BusyParts;
import org.gleaner.lab.fleet.FleetDescription;
import org.gleaner.lab.fleet.FleetFiles;
import org.gleaner.lab.fleet.MadePopulation;
import org.gleaner.lab.fleet.MadeVm;
import org.gleaner.lab.fleet.PopulationFile;
import org.gleaner.lab.fleet.VmTrace;
import org.gleaner.lab.output.NewFile;
import org.gleaner.lab.report.FleetPopulationText;
import org.gleaner.lab.report.ResultJson;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.FleetPopulation;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.TraceWritten;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.gpt.PageTraceKeys;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner fleet population`: VMs made like those of a fleet.
@Command(
        name = "population",
        description =
                "Make VMs whose sizes, use and lives are like those of published tables, and whose"
                        + " pages do what patterns and traces do.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class FleetPopulationCommand implements Callable<Integer> {

    private static final int MOST_VMS = 100_000;

    private final Surroundings surroundings;

    @Parameters(
            arity = "1..*",
            paramLabel = "TABLE",
            description =
                    FleetInfoCommand.TABLES + " Or a YAML file that says what VMs are to be like.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = "--vms",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many (default: 100).")
    private int vms = 100;

    @Option(
            names = "--machine",
            paramLabel = "SIZE",
            description = "Memory of the largest machine, for tables that have shares of it.")
    private @Nullable Size machine;

    @Option(
            names = "--busy",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "uniform,zipf,objects,python",
            description =
                    "What busy pages do: uniform, zipf or loop as 'gleaner trace generate' makes"
                            + " them, or traces (default: uniform,zipf,objects,python).")
    private List<String> busy = List.of();

    @Option(
            names = "--returns",
            paramLabel = "PERCENT",
            defaultValue = "15",
            description = "Of cold memory, what is touched again in a minute (default: 15).")
    private double returns = 15;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of everything random (default: 1).")
    private long seed = 1;

    @Option(
            names = "--scale",
            paramLabel = "FRACTION",
            defaultValue = "1/1024",
            description = "Of traces that are made of VMs (default: 1/1024).")
    private Scale scale = Scale.parse("1/1024");

    @Option(
            names = "--traces",
            paramLabel = "DIR",
            description = "Write the trace of each VM into this new directory, as page traces.")
    private @Nullable Path traces;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.yaml",
            defaultValue = "population.yaml",
            description =
                    "The new file (default: population.yaml). What is there already is left"
                            + " alone.")
    private Path output = Path.of("population.yaml");

    @Option(names = "--json", description = "Print one JSON document, and nothing else.")
    private boolean json;

    FleetPopulationCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        InRange.check("--vms", vms, 1, MOST_VMS);
        if (!(returns >= 0.1 && returns <= 50)) {
            throw new BadInput("--returns", returns + " is out of range", "give 0.1 to 50");
        }
        FleetDescription like = description();
        BusyParts parts = new BusyParts(surroundings.traces(), surroundings.input());
        Map<String, Double> ownCold = new HashMap<>();
        double lap = new MadePopulation(like, seed, returns, List.of()).lapSeconds();
        busy.forEach(name -> ownCold.put(name, parts.of(name).ownCold(lap)));
        MadePopulation population =
                MadePopulation.make(
                        like, vms, busy, name -> ownCold.getOrDefault(name, 0.0), returns, seed);
        List<Double> cold = new ArrayList<>();
        for (MadeVm vm : population.vms()) {
            HeldTrace trace = VmTrace.of(vm, parts.of(vm.busy()), lap, scale);
            cold.add(100 * VmTrace.coldShare(trace, lap));
            if (traces != null) {
                write(traces, vm, trace, lap);
            }
        }
        Path file = surroundings.directory().resolve(output);
        NewFile.write(file, PopulationFile.text(population));
        FleetPopulation made = FleetPopulation.of(output.toString(), population, cold, scale);
        surroundings
                .out()
                .println(
                        json
                                ? ResultJson.document(
                                        Completeness.whole(1),
                                        surroundings.provenance(),
                                        1,
                                        List.of(made),
                                        Map.of())
                                : FleetPopulationText.of(made).strip());
        return ExitCodes.DONE;
    }

    private FleetDescription description() {
        if (files.stream().anyMatch(PopulationFile::isMeant)) {
            if (files.size() > 1) {
                throw new BadInput(
                        files.getLast(), "is one file too many", "give one YAML file, or tables");
            }
            return PopulationFile.description(Path.of(files.getFirst()), surroundings.input());
        }
        List<Path> tables = files.stream().map(Path::of).toList();
        return FleetFiles.description(tables, machine, surroundings.input());
    }

    private void write(Path directory, MadeVm vm, HeldTrace trace, double lap) {
        Path into = surroundings.directory().resolve(directory);
        TraceWritten.to(
                into.resolve(vm.name() + ".gpt"),
                sink -> {
                    int[] words = trace.accesses();
                    for (int i = 0; i < words.length; i++) {
                        sink.time((long) (i / (double) words.length * lap * 1e9));
                        sink.access(words[i] & Integer.MAX_VALUE, words[i] < 0);
                    }
                    Map<String, String> properties = new LinkedHashMap<>();
                    properties.put(PageTraceKeys.SOURCE, output + " " + vm.name());
                    properties.put(PageTraceKeys.LEVEL, Level.MEMORY.key());
                    properties.put(PageTraceKeys.PAGE_SIZE, "4096");
                    return new TraceWritten.Ending(properties, null, List.of());
                });
    }
}
