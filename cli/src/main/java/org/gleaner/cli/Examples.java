package org.gleaner.cli;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine;

/// What to type first: the end of each command's help and of its manual page.
final class Examples {

    /// Lines by the words of a command. A comment says what a line is for.
    private static final Map<String, String> LINES =
            Map.ofEntries(
                    Map.entry(
                            "",
                            """
                            gleaner run                                  # an answer in about a minute
                            gleaner replay sqlite --memory 80%,60%,40%   # a trace in less memory
                            gleaner check age-zap                        # the interleavings of a protocol
                            gleaner help replay
                            """),
                    Map.entry(
                            "run",
                            """
                            gleaner run --scale 1/256                    # smaller, for a first look
                            gleaner run --kernel 6.12,6.18 --lru mglru   # kernels in place of designs
                            gleaner run neighbours --set guests.0.high=50%
                            gleaner run mine.yaml --seeds 5 --out answer # medians and ranges, kept
                            """),
                    Map.entry(
                            "replay",
                            """
                            gleaner replay sqlite --memory 80%,60%,40% --through kvm
                            gleaner replay sqlite --memory 50% --lru mglru,classic
                            gleaner replay app.u32 --curve --policy lru,opt
                            gleaner replay sqlite cc1 --host-memory 70%  # as guests of one host
                            """),
                    Map.entry(
                            "advise",
                            """
                            gleaner advise --host host.yaml --vms sqlite cc1 --slo 'p99 stall < 1ms'
                            gleaner advise --host host.yaml --vms app.u32 --low 50% --slo 'psi some < 1%'
                            """),
                    Map.entry("scenario list", "gleaner scenario list"),
                    Map.entry("scenario show", "gleaner scenario show neighbours"),
                    Map.entry("scenario new", "gleaner scenario new neighbours mine.yaml"),
                    Map.entry("scenario check", "gleaner scenario check mine.yaml --scale 1/64"),
                    Map.entry(
                            "trace info",
                            """
                            gleaner trace info sqlite                    # working set, reuse, heat
                            gleaner trace info app.u32 --json
                            """),
                    Map.entry("fleet info", "gleaner fleet info FILE"),
                    Map.entry(
                            "fleet pack",
                            "gleaner fleet pack VMS.yaml --host HOST.yaml --slo 'psi some < 5%'"),
                    Map.entry(
                            "fleet population",
                            """
                            gleaner fleet population FILE --machine 256GiB -o vms.yaml
                            gleaner fleet population vms.yaml --vms 500 --seed 2 -o more.yaml
                            """),
                    Map.entry(
                            "trace cold",
                            """
                            gleaner trace cold sqlite --pace 10000       # accesses a second
                            gleaner trace cold sqlite --pace 10000 --promotions 1 --json
                            """),
                    Map.entry("trace formats", "gleaner trace formats"),
                    Map.entry("trace convert", "gleaner trace convert app.u32 -o app.gpt"),
                    Map.entry(
                            "trace cut",
                            "gleaner trace cut app.u32 --from 1000 --count 500 -o part.gpt"),
                    Map.entry("trace merge", "gleaner trace merge sqlite cc1 -o both.gpt"),
                    Map.entry(
                            "trace generate",
                            """
                            gleaner trace generate                       # patterns, and what they take
                            gleaner trace generate zipf -o new.gpt
                            """),
                    Map.entry("trace record", "gleaner trace record -o new.gpt -- ls -l"),
                    Map.entry(
                            "check",
                            """
                            gleaner check --list                         # programs, and their bugs
                            gleaner check age-zap                        # right, and with each bug
                            gleaner check recheck-not-locked             # the race of one bug
                            gleaner check --memory arm64                 # late stores, early loads
                            """),
                    Map.entry(
                            "serve",
                            """
                            gleaner serve                                # prints the address to open
                            gleaner serve --results results --port 8437
                            """),
                    Map.entry(
                            "report",
                            """
                            gleaner report DIR                           # its page again
                            gleaner report DIR DIR --out FILE.html       # what differs, largest first
                            """),
                    Map.entry("torture", "gleaner torture --seconds 60 --aging merged"),
                    Map.entry(
                            "validate reclaim",
                            "gleaner validate reclaim --only kernel=6.12,trace=zipf"),
                    Map.entry("validate timing", "gleaner validate timing"),
                    Map.entry(
                            "validate together",
                            "gleaner validate together --only kernel=6.12,mode=classic"),
                    Map.entry(
                            "completion",
                            """
                            source <(gleaner completion bash)            # in ~/.bashrc; zsh likewise
                            gleaner completion fish | source             # in ~/.config/fish/config.fish
                            """),
                    Map.entry("manual", "gleaner manual ~/.local/share"));

    private Examples() {}

    /// The words of every command that has examples.
    static Set<String> commands() {
        return LINES.keySet();
    }

    /// The examples of one of [#commands()], a line each.
    static String of(String command) {
        return Objects.requireNonNull(LINES.get(command));
    }

    /// Puts them into the help of a program and of all its commands.
    static void show(CommandLine program) {
        show("", program);
    }

    private static void show(String path, CommandLine command) {
        String lines = LINES.get(path);
        if (lines != null) {
            command.getCommandSpec()
                    .usageMessage()
                    .footerHeading("%nExamples:%n")
                    .footer(
                            lines.lines()
                                    .map(line -> "  " + line.replace("%", "%%"))
                                    .toArray(String[]::new));
        }
        command.getSubcommands().values().forEach(each -> show(below(path, each), each));
    }

    private static String below(String path, CommandLine command) {
        return path.isEmpty() ? command.getCommandName() : path + " " + command.getCommandName();
    }
}
