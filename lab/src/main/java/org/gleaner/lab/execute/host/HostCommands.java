package org.gleaner.lab.execute.host;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.gleaner.lab.run.CommandResult;
import org.gleaner.lab.scenario.HostCommand;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.memcg.Memcg;
import org.jspecify.annotations.Nullable;

/// The host's administrator: writes a scenario's commands into the kernel's files when their time
/// has come, one after the other, and keeps the answers.
///
/// It has a CPU behind all others, so that nothing changes for them by its being there, whether or
/// not its commands come to be written. The run does not end before a command whose time had come
/// is done; one whose time had not is never written, and that is a failure: what is compared would
/// have had different commands.
public final class HostCommands {
    /// How often the boss looks whether the last command is done.
    private static final long POLL_NANOS = 100_000;

    /// Answers by which the kernel says that it could not do what it was asked for as things are.
    /// It has understood, and what it says belongs to the result.
    private static final Set<String> ANSWERS = Set.of("EAGAIN", "ERANGE", "EEXIST");

    private static final long NEVER = Long.MAX_VALUE;

    private record Written(HostCommand command, CommandResult result) {}

    private final List<HostCommand> commands;
    private final CommandFiles files;
    private final IdleCpus idleCpus;
    private final List<Written> done = Collections.synchronizedList(new ArrayList<>());
    private final List<HostCommand> left = Collections.synchronizedList(new ArrayList<>());
    private final Word populated = new Word();

    /// When all guests were populated, in nanoseconds; valid once the word says so.
    private volatile long populatedAt;

    /// When the next command is to be written, as far as that is known.
    private volatile long due;

    private volatile boolean busy;

    /// When the run ended.
    private volatile long endedAt;

    private HostCommands(List<HostCommand> commands, CommandFiles files, IdleCpus idleCpus) {
        this.commands = commands;
        this.files = files;
        this.idleCpus = idleCpus;
        left.addAll(commands);
    }

    /// Starts the administrator, if there is anything to do.
    ///
    /// @param plan how the host learns of guests' accesses
    /// @param id of its CPU: above those of all actors that the run will have
    /// @param memcgs the cgroup of a guest by its name, null before it is there
    /// @param idleCpus whom its CPU joins between commands, and after the last
    public static HostCommands start(
            Host host,
            Scenario scenario,
            AgingPlan plan,
            int id,
            Function<String, @Nullable Memcg> memcgs,
            IdleCpus idleCpus) {
        List<HostCommand> commands = scenario.host().commands();
        CommandFiles files = new CommandFiles(host, plan, scenario::pagesOf, memcgs);
        HostCommands all = new HostCommands(commands, files, idleCpus);
        if (!commands.isEmpty()) {
            host.engine().daemonAt(id, "commands", all::run);
        }
        return all;
    }

    /// All guests were populated at `nanos`.
    public void populated(Cpu boss, long nanos) {
        populatedAt = nanos;
        if (!commands.isEmpty()) {
            boss.store(populated, 1);
        }
    }

    /// The run is at its end: waits for the commands whose time had come.
    public void close(Cpu boss) {
        long end = boss.now();
        while (busy || due <= end && !left.isEmpty()) {
            boss.sleep(POLL_NANOS);
        }
        endedAt = boss.now();
    }

    // --- what the administrator does -----------------------------------------------------------

    private void run(Cpu cpu) {
        boolean known = false;
        while (!left.isEmpty()) {
            HostCommand next = next(known);
            due = next == null ? NEVER : instant(next);
            if (next == null || !known && relative()) {
                known |= awaitPopulated(cpu, due);
                if (next == null || cpu.now() < due) {
                    continue;
                }
            } else {
                idleCpus.idle(cpu, due);
            }
            busy = true;
            done.add(new Written(next, files.write(cpu, next)));
            left.remove(next);
            busy = false;
        }
        idleCpus.retire(cpu);
    }

    /// Waits until all guests are populated, or until `nanos`; whether they are.
    private boolean awaitPopulated(Cpu cpu, long nanos) {
        if (nanos == NEVER) {
            return cpu.block(populated, -1, 1) == 1;
        }
        long wait = nanos - cpu.now();
        return wait > 0 && cpu.blockFor(populated, -1, 1, wait) == 1;
    }

    /// Whether any command waits for the guests to be populated.
    private boolean relative() {
        return left.stream().anyMatch(each -> each.at().populated());
    }

    /// The first in time of those whose time is known, in the scenario's order at the same instant.
    private @Nullable HostCommand next(boolean known) {
        HostCommand first = null;
        for (HostCommand each : left) {
            boolean has = known || !each.at().populated();
            if (has && (first == null || instant(each) < instant(first))) {
                first = each;
            }
        }
        return first;
    }

    private long instant(HostCommand command) {
        return command.at().after().nanos() + (command.at().populated() ? populatedAt : 0);
    }

    // --- what became of them -------------------------------------------------------------------

    /// All commands: what was written in its order, then what never was.
    public List<CommandResult> results() {
        List<CommandResult> all = new ArrayList<>();
        done.forEach(each -> all.add(each.result));
        left.forEach(each -> all.add(CommandFiles.unwritten(each)));
        return all;
    }

    /// One line for each command that did not run, or that the kernel refused.
    public List<String> failures(String configuration) {
        List<String> all = new ArrayList<>();
        for (Written each : done) {
            String errno = each.result.errno();
            if (errno != null && !ANSWERS.contains(errno)) {
                all.add(failure(configuration, each.command, each.result, errno));
            }
        }
        for (HostCommand each : left) {
            String why = "the run ended at " + seconds(endedAt);
            all.add(failure(configuration, each, CommandFiles.unwritten(each), why));
        }
        return all;
    }

    private static String failure(
            String configuration, HostCommand command, CommandResult result, String why) {
        String place = command.place().hasLine() ? " (" + command.place() + ")" : "";
        return configuration + ": " + result.said() + ": " + why + place;
    }

    private static String seconds(long nanos) {
        return BigDecimal.valueOf(nanos, 9).round(new MathContext(3)).toPlainString() + " s";
    }
}
