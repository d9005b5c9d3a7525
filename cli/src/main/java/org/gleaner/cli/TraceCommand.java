package org.gleaner.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.report.ResultJson;
import org.gleaner.lab.report.TextTable;
import org.gleaner.lab.trace.TraceFormats;
import org.gleaner.lab.trace.format.TraceFormat;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `gleaner trace`: files with traces, of any format.
@Command(
        name = "trace",
        description = "Look at traces, record, make, convert, cut and merge them.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "WHAT")
final class TraceCommand implements Callable<Integer> {

    private TraceCommand() {}

    static CommandLine commandLine(Surroundings surroundings) {
        return new CommandLine(new TraceCommand())
                .addSubcommand("info", new TraceInfoCommand(surroundings))
                .addSubcommand("cold", new TraceColdCommand(surroundings))
                .addSubcommand("convert", new TraceConvertCommand(surroundings))
                .addSubcommand("cut", new TraceCutCommand(surroundings))
                .addSubcommand("merge", new TraceMergeCommand(surroundings))
                .addSubcommand("generate", new TraceGenerateCommand(surroundings))
                .addSubcommand("record", TraceRecordCommand.commandLine(surroundings))
                .addSubcommand("formats", new Formats(surroundings));
    }

    @Override
    public Integer call() {
        throw new BadInput("", "no command given", "try 'gleaner trace info FILE'");
    }

    /// A format as `formats --json` prints it.
    private record Listed(String format, String level, String origin) {
        static Listed of(TraceFormat format) {
            return new Listed(format.label(), format.level().label(), format.about().origin());
        }
    }

    /// The answer of `formats --json`.
    private record All(List<Listed> formats) {}

    @Command(
            name = "formats",
            description = "List the formats that are read.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            sortOptions = false)
    private static final class Formats implements Callable<Integer> {

        private final Surroundings surroundings;

        @Option(names = "--json", description = "Print one JSON document, and nothing else.")
        private boolean json;

        Formats(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public Integer call() {
            List<Listed> all = TraceFormats.all().stream().map(Listed::of).toList();
            if (json) {
                surroundings.out().println(ResultJson.of(new All(all)));
                return ExitCodes.DONE;
            }
            TextTable formats = new TextTable(3, "format", "level", "origin");
            all.forEach(each -> formats.row(each.format(), each.level(), each.origin()));
            surroundings.out().print(formats);
            return ExitCodes.DONE;
        }
    }
}
