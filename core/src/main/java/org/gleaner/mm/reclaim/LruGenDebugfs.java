package org.gleaner.mm.reclaim;

import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.version.KernelVersion;
import org.jspecify.annotations.Nullable;

/// `/sys/kernel/debug/lru_gen` and `lru_gen_full`: the generations of every cgroup as text, and
/// commands that age or evict them by hand. Answers, errors included, are those of the chosen
/// kernel.
///
/// Two things changed in 6.18. An aging takes any generation up to the youngest as its argument and
/// opens the next one all the same; before, an older one is answered with success and nothing done.
/// And eviction stops at exactly the number of pages it was given, which before it overshot by up
/// to a batch.
public final class LruGenDebugfs {
    /// How a write failed, by the kernel's names.
    public enum Errno {
        /// No such cgroup, node or generation, or not a command.
        EINVAL,

        /// All four generations are there, and the command does not insist on scanning (up to
        /// 6.12).
        ERANGE,

        /// Another aging of the same generation was faster (since 6.18).
        EEXIST
    }

    private final Reclaim reclaim;
    private final ReclaimContext host;

    LruGenDebugfs(Reclaim reclaim) {
        this.reclaim = reclaim;
        host = reclaim.context();
    }

    /// The text of `lru_gen`.
    public String lruGen(Cpu cpu) {
        return text(cpu, false);
    }

    /// The text of `lru_gen_full`.
    public String lruGenFull(Cpu cpu) {
        return text(cpu, true);
    }

    private String text(Cpu cpu, boolean full) {
        LruGenText text = new LruGenText(host.kernel(), full);
        for (Memcg memcg : host.memcgs()) {
            text.add(cpu, memcg);
        }
        return text.toString();
    }

    /// Whether all of `commands` are commands, whatever they name, to this kernel.
    public static boolean understands(String commands, KernelVersion kernel) {
        List<String> all = LruGenCommand.split(commands);
        return !all.isEmpty()
                && all.stream().allMatch(each -> LruGenCommand.parse(each, kernel) != null);
    }

    /// The number that a cgroup has in the text and in commands.
    public static long id(Memcg memcg) {
        return LruGenText.id(memcg);
    }

    /// Writes commands, separated by commas, semicolons or line ends:
    /// `+ memcg node max_gen [can_swap [force_scan]]` and
    /// `- memcg node min_gen [swappiness [nr_to_reclaim]]`. Stops at the first that fails; what was
    /// done before stays done.
    ///
    /// @return null if all went well, else how the first one failed
    public @Nullable Errno write(Cpu cpu, String commands) {
        Errno answer = Errno.EINVAL;
        for (String each : LruGenCommand.split(commands)) {
            LruGenCommand command = LruGenCommand.parse(each, host.kernel());
            answer = command == null ? Errno.EINVAL : run(cpu, command);
            if (answer != null) {
                return answer;
            }
        }
        return answer;
    }

    private @Nullable Errno run(Cpu cpu, LruGenCommand command) {
        Memcg memcg = find(command.memcg());
        if (memcg == null || command.node() != 0) {
            return Errno.EINVAL;
        }
        return command.ages() ? age(cpu, memcg, command) : evict(cpu, memcg, command);
    }

    private @Nullable Errno age(Cpu cpu, Memcg memcg, LruGenCommand command) {
        LruGen gen = memcg.lruvec().gen();
        long max = gen.maxSeq(cpu);
        boolean force = command.option() != 0;
        boolean canSwap = canSwap(memcg, command);
        if (command.seq() > max) {
            return Errno.EINVAL;
        }
        if (!host.kernel().isBefore(KernelVersion.V6_18)) {
            return reclaim.age(cpu, memcg, canSwap, force) ? null : Errno.EEXIST;
        }
        if (command.seq() < max) {
            return null;
        }
        int type = canSwap ? LruGen.ANON : LruGen.FILE;
        if (!force && gen.nrGens(cpu, type) == LruGen.MAX_NR_GENS) {
            return Errno.ERANGE;
        }
        // another aging may be faster, which is as good
        reclaim.age(cpu, memcg, canSwap, force);
        return null;
    }

    private @Nullable Errno evict(Cpu cpu, Memcg memcg, LruGenCommand command) {
        if (command.seq() + LruGen.MIN_NR_GENS > memcg.lruvec().gen().maxSeq(cpu)) {
            return Errno.EINVAL;
        }
        long goal = command.option() < 0 ? Long.MAX_VALUE : command.option();
        reclaim.evict(cpu, memcg, command.seq(), swappiness(command), goal);
        return null;
    }

    private int swappiness(LruGenCommand command) {
        return command.swappiness() < 0 ? host.swappiness() : command.swappiness();
    }

    /// Only the current setting heeds how full swap is.
    private boolean canSwap(Memcg memcg, LruGenCommand command) {
        boolean room = command.swappiness() >= 0 || host.swapRoom(memcg) >= LruGenScan.BATCH;
        return swappiness(command) != 0 && room;
    }

    private @Nullable Memcg find(long id) {
        for (Memcg memcg : host.memcgs()) {
            if (id(memcg) == id) {
                return memcg;
            }
        }
        return null;
    }
}
