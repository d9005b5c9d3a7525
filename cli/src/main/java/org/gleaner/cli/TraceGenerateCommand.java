package org.gleaner.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.generate.Patterns;
import org.gleaner.lab.report.ResultJson;
import org.gleaner.lab.trace.TraceWritten;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.gpt.PageTraceKeys;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner trace generate`: traces that are made.
@Command(
        name = "generate",
        description = "Make a trace of a pattern, or list the patterns and their parameters.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class TraceGenerateCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "PATTERN",
            description = "Its name; without one the patterns are listed.")
    private @Nullable String pattern;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "NAME=VALUE",
            description = "Its parameters: pages=8192.")
    private List<String> settings = List.of();

    @Option(
            names = "--accesses",
            paramLabel = "N",
            defaultValue = "500000",
            description = "How many (default: 500000).")
    private long accesses;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of everything random (default: 1).")
    private long seed;

    @Mixin private TraceOutput output = new TraceOutput();

    TraceGenerateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// What the list is as JSON.
    private record All(List<Patterns.Listed> patterns) {}

    @Override
    public Integer call() {
        if (accesses < 1) {
            throw new BadInput("--accesses", accesses + " is less than 1", "give 1 or more");
        }
        if (pattern == null) {
            list();
            return ExitCodes.DONE;
        }
        String name = pattern;
        TraceWritten written =
                TraceWritten.to(
                        output.file(surroundings, name),
                        sink -> {
                            Map<String, String> properties = new LinkedHashMap<>();
                            properties.put(
                                    PageTraceKeys.SOURCE,
                                    "generate "
                                            + Patterns.make(name, settings, accesses, seed, sink));
                            properties.put(PageTraceKeys.LEVEL, Level.MEMORY.key());
                            properties.put(PageTraceKeys.PAGE_SIZE, "4096");
                            return new TraceWritten.Ending(properties, null, List.of());
                        });
        return output.tell(surroundings, written);
    }

    private void list() {
        if (output.json()) {
            surroundings.out().println(ResultJson.of(new All(Patterns.all())));
            return;
        }
        for (Patterns.Listed each : Patterns.all()) {
            surroundings.out().println("%-10s %s".formatted(each.name(), each.summary()));
            each.parameters()
                    .forEach((parameter, meaning) ->
                            surroundings.out().println("  %-20s %s".formatted(parameter, meaning)));
        }
    }
}
