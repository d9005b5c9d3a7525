package org.gleaner.mm.oom;

import java.util.List;
import java.util.function.Consumer;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.Word;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.memory.Zone;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.CurrentTask;
import org.gleaner.mm.space.MmList;
import org.gleaner.mm.space.MmLists;
import org.gleaner.mm.space.OomCause;
import org.gleaner.mm.space.PageWalk;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// Kills the process that has the most memory and swap (`out_of_memory`), of all or of a cgroup and
/// those below it.
///
/// ## One victim for a shortage
///
/// Memory comes back when the victim has exited, not when it is chosen. Until then nobody else is
/// chosen: who needs memory meanwhile sleeps a jiffy and tries again. What a victim cannot give
/// back by itself, because its tasks hang, the [OomReaper] takes after two seconds, and then
/// another may be chosen.
///
/// A task that finds itself dying gets nothing and waits for nothing, for it is what the others
/// wait for.
///
/// `oom_lock` is only ever tried. Who holds it looks once more whether there is room, which is how
/// one who comes right after a victim's exit does not take a second. If there is none, and no
/// victim is on its way out, CPUs are asked for the free pages in their own lists, and somebody is
/// chosen only if they have none. They are asked for every victim anew: what they gave to an
/// earlier shortage, or while a victim was going, says nothing about this one.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | `lock` | whoever chooses | CAS, release | the next | CAS | the choice before |
/// | victim's `killedFor`, `memoryFreed` | chooser; its exit or the reaper | volatile | choosers, faults | volatile | |
@Guarded("oom_lock")
public final class OomKiller {
    private final PteFormat format;

    /// `schedule_timeout_uninterruptible(1)`.
    private static final long JIFFY_NANOS = 4_000_000;

    private final List<Memcg> memcgs;
    private final MmLists mmLists;
    private final Zone zone;
    private final CurrentTask current;
    private final VmStat stat;
    private final OomReaper reaper;
    private final Word lock = new Word();

    private volatile @Nullable Consumer<Cpu> drain;

    /// Guarded by the lock: the largest process found so far, and its pages.
    private @Nullable AddressSpace largest;

    private long most;

    /// Guarded by the lock.
    private final PageWalk walk = new PageWalk();

    /// @param memcgs all, the root first
    public OomKiller(
            PteFormat format,
            List<Memcg> memcgs,
            MmLists mmLists,
            Zone zone,
            CurrentTask current,
            VmStat stat,
            OomReaper reaper) {
        this.format = format;
        this.memcgs = memcgs;
        this.mmLists = mmLists;
        this.zone = zone;
        this.current = current;
        this.stat = stat;
        this.reaper = reaper;
    }

    /// What asks CPUs that are idle for the free pages in their own lists (`drain_all_pages`),
    /// which is done before anybody is killed for the host.
    public void drainBy(Consumer<Cpu> asking) {
        drain = asking;
    }

    /// What a task does that found no memory. No spinning lock may be held.
    ///
    /// @param scope the cgroup whose limit is in the way; the root if the host is short
    /// @return whether to try again; false if it is dying itself, or nobody is left to be killed
    public boolean outOfMemory(Cpu cpu, Memcg scope) {
        if (current.isDying(cpu)) {
            return false;
        }
        boolean retry = true;
        if (cpu.cas(lock, 0, 1)) {
            retry =
                    hasRoom(cpu, scope)
                            || victimIsGoing(cpu, scope)
                            || drains(cpu, scope)
                            || choose(cpu, scope, cause(scope));
            cpu.store(lock, 0);
        }
        if (retry && !current.isDying(cpu)) {
            cpu.sleep(JIFFY_NANOS);
        }
        return retry;
    }

    /// kswapd will not evict what is there.
    public void protectWorkingSets(Cpu cpu) {
        if (cpu.cas(lock, 0, 1)) {
            Memcg root = memcgs.getFirst();
            if (!victimIsGoing(cpu, root)) {
                choose(cpu, root, OomCause.MIN_TTL);
            }
            cpu.store(lock, 0);
        }
    }

    private static OomCause cause(Memcg scope) {
        return scope.isRoot() ? OomCause.HOST : OomCause.LIMIT;
    }

    private boolean hasRoom(Cpu cpu, Memcg scope) {
        return scope.isRoot()
                ? zone.free(cpu) > zone.watermarks().min()
                : scope.current() < scope.max();
    }

    /// Asks CPUs for what they hold, and gives them a moment. Whether anything came of it, be it
    /// that others have it already.
    private boolean drains(Cpu cpu, Memcg scope) {
        Consumer<Cpu> asking = drain;
        if (asking == null || !scope.isRoot()) {
            return false;
        }
        long before = zone.givenBack(cpu);
        asking.accept(cpu);
        cpu.sleep(JIFFY_NANOS);
        return zone.givenBack(cpu) > before || hasRoom(cpu, scope);
    }

    /// Whether one killed before still has memory that comes back by itself: also while its exit
    /// has no mapping left and is at the pages of the last.
    private boolean victimIsGoing(Cpu cpu, Memcg scope) {
        return mmLists.within(cpu, memcgs, scope).stream().anyMatch(AddressSpace::isGoing);
    }

    /// Kills somebody. False if there is nobody.
    private boolean choose(Cpu cpu, Memcg scope, OomCause cause) {
        largest = null;
        most = -1;
        for (Memcg memcg : memcgs) {
            if (memcg.isWithin(scope)) {
                MmList list = mmLists.of(memcg);
                list.lock().lock(cpu);
                compare(cpu, list.mms());
                list.lock().unlock(cpu);
            }
        }
        AddressSpace victim = largest;
        largest = null;
        if (victim != null) {
            kill(cpu, victim, cause);
        }
        return victim != null;
    }

    /// Looks for the largest of a cgroup's processes, the list being locked: who is on it has page
    /// tables to count in.
    private void compare(Cpu cpu, List<AddressSpace> processes) {
        for (AddressSpace mm : processes) {
            if (mm.isKilled() || mm.memoryFreed() || mm.vmas().length == 0) {
                continue;
            }
            long pages = pages(cpu, mm);
            if (pages > most) {
                most = pages;
                largest = mm;
            }
        }
    }

    private void kill(Cpu cpu, AddressSpace victim, OomCause cause) {
        victim.memcg().count(cpu, MemcgEvent.OOM_KILL);
        stat.inc(cpu, VmEvent.OOM_KILL);
        victim.kill(cpu, cause);
        reaper.wake(cpu);
    }

    /// Pages in use, present or swapped (`oom_badness`): a racy count, by entry, that stands for
    /// the counters a kernel keeps. Hugetlb pages would not be free afterwards for others.
    private long pages(Cpu cpu, AddressSpace mm) {
        long pages = 0;
        for (Vma vma : mm.vmas()) {
            if (vma.isHugetlb()) {
                continue;
            }
            for (walk.start(mm, vma.start(), vma.end()); walk.next(cpu); ) {
                Walk at = walk.at();
                for (int i = 0; i < walk.entries(); i++) {
                    long pte = cpu.peek(at.words, at.index + i);
                    boolean used = format.isPage(pte) || format.isSwap(pte);
                    pages += used ? walk.pagesEach() : 0;
                }
            }
        }
        return pages;
    }
}
