package org.gleaner.lab.execute;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.run.CommandResult;
import org.gleaner.lab.scenario.HostCommand;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.reclaim.LruGenDebugfs;
import org.gleaner.mm.version.KernelVersion;

/// The host's administrator: writes a scenario's commands into the kernel's files when their time has come, and
/// keeps the answers.
///
/// Nobody knows beforehand how many generations there will be, so a command may say `max_gen`, `max_gen-2` or
/// `min_gen` in place of a number.
final class HostCommands {
    private static final Pattern NAMED =
            Pattern.compile("([+-]\\s*(\\d+)\\s+\\d+\\s+)(?:(max_gen)(?:-(\\d{1,3}))?|min_gen)");

    private final Host host;
    private final List<HostCommand> commands;
    private final List<CommandResult> done = Collections.synchronizedList(new ArrayList<>());

    private HostCommands(Host host, List<HostCommand> commands) {
        this.host = host;
        this.commands = commands;
    }

    /// Starts the administrator, if there is anything to do.
    static HostCommands start(Host host, List<HostCommand> commands) {
        List<HostCommand> inOrder =
                commands.stream().sorted(Comparator.comparing(c -> c.at().nanos())).toList();
        HostCommands all = new HostCommands(host, inOrder);
        if (!inOrder.isEmpty()) {
            host.engine().daemon("commands", all::run);
        }
        return all;
    }

    /// @throws BadInput for a command that no kernel of the scenario understands
    static void check(Scenario scenario) {
        List<HostCommand> commands = scenario.host().commands();
        for (int i = 0; i < commands.size(); i++) {
            String where = "host.commands." + i + ".write";
            String text = commands.get(i).write();
            switch (commands.get(i).to()) {
                case LRU_GEN -> {
                    String numbered = NAMED.matcher(text).replaceAll(match -> match.group(1) + "0");
                    scenario.configurations()
                            .forEach(c -> checkLruGen(where, numbered, Support.kernel(c.kernel())));
                }
                case MIN_TTL -> millis(where, text);
            }
        }
    }

    private static void checkLruGen(String where, String text, KernelVersion kernel) {
        if (!LruGenDebugfs.understands(text, kernel)) {
            throw new BadInput(
                    where,
                    "'" + text + "' is no command of " + kernel.id() + "'s lru_gen",
                    "write '+ 1 0 max_gen' to age, '- 1 0 max_gen-2 200 1000' to evict");
        }
    }

    private static long millis(String where, String text) {
        if (!text.matches("\\d{1,9}")) {
            throw new BadInput(where, "'" + text + "' is no number", "give milliseconds, or 0");
        }
        return Long.parseLong(text);
    }

    /// What was written so far, in order.
    List<CommandResult> done() {
        return List.copyOf(done);
    }

    /// One line for each command that the kernel refused.
    List<String> failures(String configuration) {
        return done().stream()
                .filter(each -> each.errno() != null)
                .map(each ->
                        configuration
                                + ": '"
                                + each.wrote()
                                + "' into "
                                + each.to().label()
                                + ": "
                                + each.errno())
                .toList();
    }

    private void run(Cpu cpu) {
        for (HostCommand command : commands) {
            long wait = command.at().nanos() - cpu.now();
            if (wait > 0) {
                cpu.sleep(wait);
            }
            double seconds = cpu.now() / 1e9;
            done.add(
                    switch (command.to()) {
                        case LRU_GEN -> lruGen(cpu, command, seconds);
                        case MIN_TTL -> minTtl(command, seconds);
                    });
        }
    }

    private CommandResult lruGen(Cpu cpu, HostCommand command, double seconds) {
        LruGenDebugfs files = host.reclaim().lruGenDebugfs();
        String text = numbered(cpu, command.write());
        cpu.chargeNanos(GenerationTracker.COMMAND_NANOS);
        LruGenDebugfs.Errno errno = files.write(cpu, text);
        String answer = errno == null ? null : errno.name();
        return new CommandResult(seconds, command.to(), text, answer, files.lruGen(cpu));
    }

    private CommandResult minTtl(HostCommand command, double seconds) {
        host.reclaim().setMinTtlMillis(millis("write", command.write()));
        return new CommandResult(seconds, command.to(), command.write(), null, null);
    }

    private String numbered(Cpu cpu, String text) {
        return NAMED.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(match.group(1) + seq(cpu, match)));
    }

    private long seq(Cpu cpu, MatchResult match) {
        long id = Long.parseLong(match.group(2));
        for (Memcg memcg : host.memcgs()) {
            if (LruGenDebugfs.id(memcg) == id) {
                LruGen gen = memcg.lruvec().gen();
                if (match.group(3) == null) {
                    return gen.peekMinSeq(cpu, LruGen.ANON);
                }
                long back = match.group(4) == null ? 0 : Long.parseLong(match.group(4));
                return Math.max(0, gen.peekMaxSeq(cpu) - back);
            }
        }
        return 0;
    }
}
