package org.gleaner.lab.run;

import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;

/// What is chosen of a host that traces are replayed on, be it one or several. Who chooses all of
/// it makes one from its parts; who cares for little says what differs from [#swappingTo].
///
/// @param seed of everything random in the machine
public record HostChoices(
        Reclaimer reclaimer,
        Memory memory,
        SwapSpace swap,
        Processor processor,
        EngineChoice engine,
        long seed) {

    /// Who takes pages back, and how it learns of accesses.
    ///
    /// @param lruGen [LruGenChoice#NONE] exactly if `lru` is classic
    /// @param aging how the host learns of a guest's accesses; of no effect unless it replays
    ///     through KVM
    /// @param swappiness `vm.swappiness`, 0 to 200
    public record Reclaimer(
            Kernel kernel, Lru lru, LruGenChoice lruGen, AgingChoice aging, int swappiness) {
        /// With the aging design that the kernel was released with, and its swappiness.
        public static Reclaimer released(Kernel kernel, Lru lru, LruGenChoice lruGen) {
            return new Reclaimer(
                    kernel, lru, lruGen, kernel.aging(), ReplayRequest.DEFAULT_SWAPPINESS);
        }
    }

    /// Whose the memory is, and what it is made of.
    ///
    /// @param thp of no effect on a memfd
    public record Memory(Through through, Backing backing, Thp thp) {}

    /// Where pages go that do not fit.
    ///
    /// @param pages 1 and up, 0 exactly if `device` is none
    /// @param pageCluster `vm.page-cluster`, 0 to 9; of no effect on zram
    public record SwapSpace(SwapDeviceChoice device, long pages, int pageCluster) {}

    /// What the host's processor is, and its guests'.
    ///
    /// @param hardwareAccessed whether it sets accessed bits by itself; if not, accesses fault for
    ///     them
    /// @param stage2Kind plain unless `arch` is arm64 and the traces are guests
    /// @param pageSize of a base page, in which all that is counted in pages counts
    public record Processor(
            ArchChoice arch,
            boolean hardwareAccessed,
            Stage2Choice stage2Kind,
            PageSizeChoice pageSize) {}

    /// A process's anonymous memory on a 6.12 as it is released, with MGLRU and all its bits, on
    /// x86 with pages of 4 KiB, swapping to a zram of so many pages; in virtual time, with seed 1.
    public static HostChoices swappingTo(long pages) {
        Kernel kernel = Kernel.V6_12;
        return new HostChoices(
                Reclaimer.released(kernel, Lru.MGLRU, LruGenChoice.ALL.shownWith(kernel.aging())),
                new Memory(Through.HOST, Backing.ANON, Thp.NEVER),
                new SwapSpace(SwapDeviceChoice.ZRAM, pages, 0),
                new Processor(ArchChoice.X86, true, Stage2Choice.PLAIN, PageSizeChoice.KIB_4),
                EngineChoice.VIRTUAL,
                1);
    }

    /// The same on another kernel, with the aging design that it was released with.
    public HostChoices withKernel(Kernel other) {
        return with(
                new Reclaimer(
                        other,
                        reclaimer.lru,
                        reclaimer.lruGen,
                        other.aging(),
                        reclaimer.swappiness));
    }

    /// The same with another reclaim, and its bits.
    public HostChoices withLru(Lru other, LruGenChoice bits) {
        return with(
                new Reclaimer(
                        reclaimer.kernel, other, bits, reclaimer.aging, reclaimer.swappiness));
    }

    /// The same with another aging design than the kernel's own.
    public HostChoices withAging(AgingChoice other) {
        return with(
                new Reclaimer(
                        reclaimer.kernel,
                        reclaimer.lru,
                        reclaimer.lruGen,
                        other,
                        reclaimer.swappiness));
    }

    public HostChoices withSwappiness(int other) {
        return with(
                new Reclaimer(
                        reclaimer.kernel, reclaimer.lru, reclaimer.lruGen, reclaimer.aging, other));
    }

    private HostChoices with(Reclaimer other) {
        return new HostChoices(other, memory, swap, processor, engine, seed);
    }

    public HostChoices withThrough(Through other) {
        return with(new Memory(other, memory.backing, memory.thp));
    }

    public HostChoices withBacking(Backing other) {
        return with(new Memory(memory.through, other, memory.thp));
    }

    public HostChoices withThp(Thp other) {
        return with(new Memory(memory.through, memory.backing, other));
    }

    private HostChoices with(Memory other) {
        return new HostChoices(reclaimer, other, swap, processor, engine, seed);
    }

    /// The same with another size of swap.
    HostChoices withSwap(long pages) {
        return withSwap(swap.device, pages);
    }

    /// The same with another device, of so many pages.
    public HostChoices withSwap(SwapDeviceChoice device, long pages) {
        SwapSpace other = new SwapSpace(device, pages, swap.pageCluster);
        return new HostChoices(reclaimer, memory, other, processor, engine, seed);
    }

    /// The same on another processor, whose hardware sets accessed bits or does not.
    public HostChoices withArch(ArchChoice other, boolean hardwareAccessed) {
        return with(
                new Processor(other, hardwareAccessed, processor.stage2Kind, processor.pageSize));
    }

    public HostChoices withStage2(Stage2Choice other) {
        return with(
                new Processor(
                        processor.arch, processor.hardwareAccessed, other, processor.pageSize));
    }

    public HostChoices withPageSize(PageSizeChoice other) {
        return with(
                new Processor(
                        processor.arch, processor.hardwareAccessed, processor.stage2Kind, other));
    }

    private HostChoices with(Processor other) {
        return new HostChoices(reclaimer, memory, swap, other, engine, seed);
    }

    public HostChoices withSeed(long other) {
        return new HostChoices(reclaimer, memory, swap, processor, engine, other);
    }
}
