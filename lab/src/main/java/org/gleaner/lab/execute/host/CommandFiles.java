package org.gleaner.lab.execute.host;

import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.regex.MatchResult;
import org.gleaner.lab.choice.HostFile;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.run.CommandResult;
import org.gleaner.lab.scenario.CgroupText;
import org.gleaner.lab.scenario.HostCommand;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.reclaim.LruGenDebugfs;
import org.gleaner.mm.reclaim.MemcgFiles;
import org.jspecify.annotations.Nullable;

/// The files of a host's kernel, as commands of a scenario are written to them.
///
/// Nobody knows beforehand how many generations there will be, so a command to `lru_gen` may say
/// `max_gen`, `max_gen-2` or `min_gen` in place of a number.
public final class CommandFiles {
    /// Of a command through debugfs: the file is opened and written.
    public static final long COMMAND_NANOS = 20_000;

    private static final String NO_SUCH_FILE = "ENOENT";
    private static final String INVALID = "EINVAL";
    private static final String AGAIN = "EAGAIN";

    private final Host host;
    private final AgingPlan plan;
    private final ToLongFunction<String> guestPages;
    private final Function<String, @Nullable Memcg> memcgs;

    /// @param plan how the host learns of guests' accesses
    /// @param guestPages memory of the guest of a name
    /// @param memcgs the cgroup of a guest by its name, null before it is there
    CommandFiles(
            Host host,
            AgingPlan plan,
            ToLongFunction<String> guestPages,
            Function<String, @Nullable Memcg> memcgs) {
        this.host = host;
        this.plan = plan;
        this.guestPages = guestPages;
        this.memcgs = memcgs;
    }

    /// The result of a command that was never written.
    static CommandResult unwritten(HostCommand command) {
        return new CommandResult(
                command.at(),
                false,
                null,
                command.to(),
                command.guest(),
                command.write(),
                null,
                null,
                null,
                null,
                null);
    }

    CommandResult write(Cpu cpu, HostCommand command) {
        double seconds = cpu.now() / 1e9;
        return switch (command.to()) {
            case LRU_GEN -> lruGen(cpu, command, seconds);
            case MIN_TTL -> {
                host.reclaim().setMinTtlMillis(Long.parseLong(command.write()));
                yield plain(command, seconds, null);
            }
            case ENABLED -> {
                LruGenChoice bits = LruGenChoice.parse(command.write());
                host.reclaim().setAging(plan.secondary(bits.walksSecondary()));
                host.reclaim().setLruGen(cpu, LruGenCaps.of(bits.commonBits()));
                yield plain(command, seconds, null);
            }
            case SWAPPINESS -> {
                host.reclaim().setSwappiness(Integer.parseInt(command.write()));
                yield plain(command, seconds, null);
            }
            case MAX, HIGH, LOW, MIN, SWAP_MAX, RECLAIM -> cgroup(cpu, command, seconds);
        };
    }

    private static CommandResult plain(
            HostCommand command, double seconds, @Nullable String errno) {
        return amounts(command, seconds, errno, null, null, null);
    }

    private static CommandResult amounts(
            HostCommand command,
            double seconds,
            @Nullable String errno,
            @Nullable Long asked,
            @Nullable Long freed,
            @Nullable Long above) {
        return new CommandResult(
                command.at(),
                true,
                seconds,
                command.to(),
                command.guest(),
                command.write(),
                errno,
                asked,
                freed,
                above,
                null);
    }

    // --- of the host ---------------------------------------------------------------------------

    private CommandResult lruGen(Cpu cpu, HostCommand command, double seconds) {
        LruGenDebugfs files = host.reclaim().lruGenDebugfs();
        String text = command.numbered(match -> seq(cpu, match));
        cpu.chargeNanos(COMMAND_NANOS);
        LruGenDebugfs.Errno errno = files.write(cpu, text);
        return new CommandResult(
                command.at(),
                true,
                seconds,
                HostFile.LRU_GEN,
                null,
                text,
                errno == null ? null : errno.name(),
                null,
                null,
                null,
                files.lruGen(cpu));
    }

    private long seq(Cpu cpu, MatchResult match) {
        long id = Long.parseLong(match.group(2));
        for (Memcg memcg : host.memcgs().all()) {
            if (LruGenDebugfs.id(memcg) == id) {
                var gen = memcg.lruvec().gen();
                if (match.group(3) == null) {
                    return gen.peekMinSeq(cpu, org.gleaner.mm.lru.LruGen.ANON);
                }
                long back = match.group(4) == null ? 0 : Long.parseLong(match.group(4));
                return Math.max(0, gen.peekMaxSeq(cpu) - back);
            }
        }
        return 0;
    }

    // --- of cgroups ----------------------------------------------------------------------------

    private CommandResult cgroup(Cpu cpu, HostCommand command, double seconds) {
        String guest = command.guest();
        Memcg memcg = guest == null ? null : memcgs.apply(guest);
        if (guest == null || memcg == null) {
            return plain(command, seconds, NO_SUCH_FILE);
        }
        CgroupText text = command.text();
        long pages = text.amount().pages(guestPages.applyAsLong(guest), host.folios().page.bytes());
        MemcgFiles files = host.memcgFiles();
        switch (command.to()) {
            case MAX -> files.setMax(cpu, memcg, pages);
            case HIGH -> files.setHigh(cpu, memcg, pages);
            case LOW -> memcg.setLow(pages);
            case MIN -> memcg.setMin(pages);
            case SWAP_MAX -> files.setSwapMax(memcg, pages);
            default -> {
                return reclaim(cpu, command, memcg, pages, seconds);
            }
        }
        boolean bound = command.to() == HostFile.MAX || command.to() == HostFile.HIGH;
        Long above = bound ? Math.max(0, memcg.current() - pages) : null;
        return amounts(command, seconds, null, null, null, above);
    }

    private CommandResult reclaim(
            Cpu cpu, HostCommand command, Memcg memcg, long asked, double seconds) {
        CgroupText text = command.text();
        int swappiness = host.reclaim().swappiness();
        if (text.swappiness() != null) {
            swappiness = MemcgFiles.swappiness(text.swappiness(), host.config().kernel());
        }
        if (swappiness < 0) {
            return plain(command, seconds, INVALID);
        }
        long freed = host.memcgFiles().reclaim(cpu, memcg, asked, swappiness);
        return amounts(command, seconds, freed < asked ? AGAIN : null, asked, freed, null);
    }
}
