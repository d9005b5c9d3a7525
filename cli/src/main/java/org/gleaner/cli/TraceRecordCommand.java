package org.gleaner.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AccessInterface;
import org.gleaner.lab.record.Filter;
import org.gleaner.lab.record.Launch;
import org.gleaner.lab.record.PidHarvest;
import org.gleaner.lab.record.Plugin;
import org.gleaner.lab.record.QemuRecording;
import org.gleaner.lab.record.SearchPath;
import org.gleaner.lab.record.Target;
import org.gleaner.lab.report.RecordText;
import org.gleaner.lab.run.TraceHarvested;
import org.gleaner.lab.run.TraceRecorded;
import org.gleaner.lab.size.Span;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner trace record`: the page accesses of a program, of a machine, or of a live process.
@Command(
        name = "record",
        description = {
            "Record the page accesses of a program and of what it starts, under QEMU:",
            "  gleaner trace record -- sqlite3 my.db 'select count(*) from t'",
            "of a whole machine, with --vm; or of a live process by its accessed bits, with --pid.",
            "A program has this command's standard streams, and its exit code becomes this one's."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class TraceRecordCommand implements Callable<Integer> {

    private static final Span EVERY = Span.parse("1s");
    private static final Span WHILE = Span.parse("30s");
    private static final int WINDOW = 256;
    private static final long REFRESH = 65_536;
    private static final long SHORTEST = 1_000_000;

    private final Surroundings surroundings;

    @Parameters(
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "The program and its arguments; with --vm, a qemu-system-... and its.")
    private List<String> command = new ArrayList<>();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.gpt",
            description = "The new file (default: the program's name with .gpt, here).")
    private @Nullable Path output;

    @Option(
            names = "--vm",
            description =
                    "COMMAND starts a machine in QEMU, whose guest-physical pages are recorded. Not"
                            + " under KVM.")
    private boolean vm;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = "Record a live process, undisturbed but for its accessed bits.")
    private @Nullable Long pid;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            description = "With --pid: look so often (default: 1s).")
    private @Nullable Span every;

    @Option(
            names = "--by",
            paramLabel = "INTERFACE",
            description =
                    "With --pid: find accesses by idle (idle page tracking), damon or smaps (default:"
                            + " the first of them that this kernel has and nobody else uses).")
    private @Nullable AccessInterface by;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description =
                    "End after this time: a command is then ended too (default: never; with --pid,"
                            + " 30s).")
    private @Nullable Span whole;

    @Option(
            names = "--records",
            paramLabel = "N",
            description = "End the command after about N records (default: never).")
    private @Nullable Long records;

    @Option(
            names = "--window",
            paramLabel = "N",
            description =
                    "Leave out an access if its page is among the last N records, unless a write"
                            + " follows a read (default: 256) ...")
    private @Nullable Integer window;

    @Option(
            names = "--refresh",
            paramLabel = "N",
            description = "... or if that was N accesses ago (default: 65536).")
    private @Nullable Long refresh;

    @Option(names = "--no-code", description = "Leave out instruction fetches.")
    private boolean noCode;

    @Option(
            names = {"-q", "--quiet"},
            description = "Do not say what was recorded.")
    private boolean quiet;

    private TraceRecordCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// What comes after the program's name is the program's, with or without `--`.
    static CommandLine commandLine(Surroundings surroundings) {
        return new CommandLine(new TraceRecordCommand(surroundings)).setStopAtPositional(true);
    }

    @Override
    public Integer call() {
        if (pid != null) {
            return harvest(pid);
        }
        refuse("--every", every, "is of --pid");
        refuse("--by", by, "is of --pid");
        if (command.isEmpty()) {
            throw new BadInput(
                    "", "nothing to record", "try 'gleaner trace record -- sqlite3 my.db .schema'");
        }
        return run();
    }

    private int run() {
        SearchPath path = SearchPath.of(System.getenv().getOrDefault("PATH", ""));
        Filter filter =
                new Filter(
                        window == null ? WINDOW : window,
                        refresh == null ? REFRESH : refresh,
                        !noCode);
        QemuRecording.Bounds bounds =
                new QemuRecording.Bounds(
                        positive("--records", records),
                        positive("--for", whole == null ? null : whole.nanos()));
        Plugin plugin = new Plugin(cache(), path);
        Launch launch =
                vm
                        ? Launch.machine(command, filter, plugin, path)
                        : Launch.program(command, filter, plugin, path);
        QemuRecording recording = new QemuRecording(launch, bounds, surroundings.interrupted());
        String name = Path.of(command.getFirst()).getFileName().toString();
        TraceRecorded made =
                TraceRecorded.of(launch, recording, surroundings.provenance().date(), file(name));
        say(surroundings.err(), RecordText.of(made));
        return switch (made.recorded().end()) {
            case COMMAND -> made.recorded().exitCode();
            case BOUND -> ExitCodes.DONE;
            case INTERRUPTED -> ExitCodes.INTERRUPTED;
        };
    }

    private int harvest(long of) {
        if (!command.isEmpty() || vm) {
            throw new BadInput("--pid", "records a process that runs", "leave out the command");
        }
        refuse("--records", records, "is of a command");
        refuse("--window", window, "is of a command");
        refuse("--refresh", refresh, "is of a command");
        refuse("--no-code", noCode ? true : null, "is of a command");
        Span interval = every == null ? EVERY : every;
        Span length = whole == null ? WHILE : whole;
        if (interval.nanos() < SHORTEST) {
            throw new BadInput("--every", interval + " is too short", "give 1ms or more");
        }
        if (length.nanos() < interval.nanos()) {
            throw new BadInput(
                    "--for", length + " is less than one interval of " + interval, "give more");
        }
        Target target = Target.of(of);
        TraceHarvested made =
                TraceHarvested.of(
                        target,
                        new PidHarvest(
                                target,
                                interval.nanos(),
                                length.nanos(),
                                surroundings.interrupted(),
                                by),
                        interval.text(),
                        surroundings.provenance().date(),
                        file(target.name() + "-" + of));
        say(surroundings.out(), RecordText.of(made));
        return made.harvested().interrupted() ? ExitCodes.INTERRUPTED : ExitCodes.DONE;
    }

    private Path file(String name) {
        return output != null
                ? output
                : surroundings.directory().resolve(name.replace('/', '-') + ".gpt");
    }

    private void say(PrintStream to, String text) {
        if (!quiet) {
            to.print(text);
        }
    }

    private static void refuse(String option, @Nullable Object given, String what) {
        if (given != null) {
            throw new BadInput(option, what, "leave it out");
        }
    }

    private static long positive(String option, @Nullable Long given) {
        if (given != null && given < 1) {
            throw new BadInput(option, given + " is out of range", "give more");
        }
        return given == null ? Long.MAX_VALUE : given;
    }

    /// Where programs keep what they can make again.
    private static Path cache() {
        String own = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        return own.isEmpty()
                ? Path.of(System.getProperty("user.home", ""), ".cache", "gleaner")
                : Path.of(own, "gleaner");
    }
}
