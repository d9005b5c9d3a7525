package org.gleaner.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AccessFlagChoice;
import org.gleaner.lab.choice.AccessInterface;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.PressureTarget;
import org.gleaner.lab.scenario.Limit;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.size.Span;
import org.gleaner.lab.trace.TraceFormats;
import org.gleaner.lab.trace.format.TraceFormat;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The `gleaner` command.
@Command(
        name = "gleaner",
        description =
                "Linux's host memory manager and KVM's second-stage MMU as an executable system.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nMany hosts:%n",
        footer = "  gleaner sweep --help tells of sweeps on Apache Spark.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a check failed; the report says which",
            "2:bad usage or bad input",
            "3:interrupted; what was finished is kept",
            "68:Maven is missing",
            "69:no JDK 25 was found",
            "70:a fault of Gleaner's own, or too small a heap",
            "71:the build failed",
            "72:a tool that the launcher needs is not on PATH",
            "73:not built, and the checkout cannot be written",
            "74:standard output could not be written",
            "78:Java does not start with GLEANER_JAVA_OPTS"
        })
public final class Gleaner implements Callable<Integer> {

    private Gleaner() {}

    /// Runs a command and ends the process with its exit code.
    public static void main(String[] arguments) {
        start(arguments, _ -> Map.of());
    }

    /// The same with more commands, each by its name, which another module makes for this process.
    public static void start(
            String[] arguments, Function<Surroundings, Map<String, CommandLine>> more) {
        Interrupts interrupts = Interrupts.install();
        int code = ExitCodes.INTERNAL;
        try {
            Surroundings own = Surroundings.ofProcess(interrupts::raised, List.of(arguments));
            code = run(own, more.apply(own), arguments);
        } catch (Throwable fault) {
            // The heap is too small even to say so.
            System.err.println("gleaner: the heap is too small; give Java more with -Xmx");
        }
        if (code == ExitCodes.DONE) {
            Training.run(interrupts::raised);
        }
        interrupts.finished();
        System.exit(code);
    }

    /// Runs a command and gives its exit code.
    public static int run(Surroundings surroundings, String... arguments) {
        return run(surroundings, Map.of(), arguments);
    }

    /// The same with more commands.
    public static int run(
            Surroundings surroundings, Map<String, CommandLine> more, String... arguments) {
        Faults faults = new Faults(surroundings);
        int code;
        try {
            code = commandLine(surroundings, more, faults).execute(arguments);
        } catch (Throwable fault) {
            // What picocli lets through: errors such as a heap that is too small.
            code = faults.internal(fault, arguments);
        }
        return surroundings.out().checkError() ? faults.unwritable(code) : code;
    }

    @Override
    public Integer call() {
        throw new BadInput("", "no command given", "try 'gleaner run' or 'gleaner --help'");
    }

    static CommandLine commandLine(
            Surroundings surroundings, Map<String, CommandLine> more, Faults faults) {
        CommandLine command = new CommandLine(new Gleaner());
        command.addSubcommand("run", new RunCommand(surroundings));
        command.addSubcommand("scenario", ScenarioCommand.commandLine(surroundings));
        command.addSubcommand("replay", new ReplayCommand(surroundings));
        command.addSubcommand("advise", new AdviseCommand(surroundings));
        command.addSubcommand("trace", TraceCommand.commandLine(surroundings));
        command.addSubcommand("fleet", FleetCommand.commandLine(surroundings));
        command.addSubcommand("check", new CheckCommand(surroundings));
        command.addSubcommand("report", new ReportCommand(surroundings));
        command.addSubcommand("serve", new ServeCommand(surroundings));
        command.addSubcommand("torture", new TortureCommand(surroundings));
        command.addSubcommand(
                "validate",
                new CommandLine(new ValidateCommand())
                        .addSubcommand("reclaim", new ValidateReclaimCommand(surroundings))
                        .addSubcommand("timing", new ValidateTimingCommand(surroundings))
                        .addSubcommand("together", new ValidateTogetherCommand(surroundings)));
        more.forEach(command::addSubcommand);
        command.addSubcommand("completion", new CompletionCommand(surroundings));
        command.addSubcommand("manual", new ManualCommand(surroundings));
        command.addSubcommand("help", new CommandLine.HelpCommand());
        Examples.show(command);
        convert(command, EngineChoice.class);
        convert(command, Lru.class);
        convert(command, Kernel.class);
        convert(command, Through.class);
        convert(command, ArchChoice.class);
        convert(command, PageSizeChoice.class);
        convert(command, Backing.class);
        convert(command, AccessFlagChoice.class);
        convert(command, AccessInterface.class);
        convert(command, Thp.class);
        convert(command, SwapDeviceChoice.class);
        convert(command, AgingChoice.class);
        return command.registerConverter(Size.class, Size::parse)
                .registerConverter(Scale.class, Scale::parse)
                .registerConverter(Span.class, Span::parse)
                .registerConverter(Limit.class, Limit::parse)
                .registerConverter(PressureTarget.class, PressureTarget::parse)
                .registerConverter(TraceFormat.class, TraceFormats::of)
                .registerConverter(Long.class, WholeNumber::ofLong)
                .registerConverter(Long.TYPE, WholeNumber::ofLong)
                .registerConverter(Integer.class, WholeNumber::ofInt)
                .registerConverter(Integer.TYPE, WholeNumber::ofInt)
                .registerConverter(Double.TYPE, DecimalNumber::of)
                .registerConverter(LruGenChoice.class, LruGenChoice::parse)
                .setExpandAtFiles(false)
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi(surroundings)))
                .setOut(writer(surroundings.out()))
                .setErr(writer(surroundings.err()))
                .setParameterExceptionHandler(faults::usage)
                .setExecutionExceptionHandler(faults::execution);
    }

    private static CommandLine.Help.Ansi ansi(Surroundings surroundings) {
        boolean coloured = surroundings.out() instanceof StandardOutput own && own.isColoured();
        return coloured ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, stream.charset());
    }

    private static <E extends Enum<E> & Choice> void convert(CommandLine command, Class<E> type) {
        command.registerConverter(type, word -> Choice.of(type, word));
    }
}
