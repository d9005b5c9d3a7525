package org.gleaner.mm.fault;

import org.gleaner.machine.Cpu;

/// The memory of processes: how it is faulted in, mapped and unmapped, and who acts on its pages
/// besides. These share parts that nobody else knows of.
public final class UserMemory {
    private final MappingChanges changes;
    private final ZeroPages zeroPages;
    private final PageFaults faults;
    private final LockedSplit split;
    private final PageActors actors;
    private final MemoryFailure failure;

    public UserMemory(FaultContext host) {
        UnusedSwapCache unused = new UnusedSwapCache(host);
        HugetlbPages hugetlb = new HugetlbPages(host);
        zeroPages = new ZeroPages(host);
        SwapReadAhead readAhead = new SwapReadAhead(host);
        changes =
                new MappingChanges(
                        host, unused, new MemfdEviction(host, unused), zeroPages, hugetlb);
        faults =
                new PageFaults(
                        host,
                        new AnonSwapIn(host, readAhead),
                        new MemfdFault(host, readAhead),
                        new CopyOnWrite(host, unused),
                        zeroPages,
                        hugetlb);
        split = new LockedSplit(host.folios(), host.lru(), host.folioWait(), host.split());
        actors =
                new PageActors(
                        new Fork(host, split, changes, unused),
                        new NumaScan(host.format(), host.folios()),
                        new FileClean(host),
                        new SamePageMerge(host, unused, faults),
                        new Collapse(host, unused, faults));
        failure = new MemoryFailure(host, split);
    }

    /// `mprotect`, `munmap` and exit.
    public MappingChanges changes() {
        return changes;
    }

    public PageFaults faults() {
        return faults;
    }

    /// The pages of zeroes.
    public ZeroPages zeroPages() {
        return zeroPages;
    }

    /// Takes the large folio of a frame apart (`split_huge_pages`); false if it is none, or
    /// somebody refers to it.
    public boolean split(Cpu cpu, int pfn) {
        return split.split(cpu, pfn) == LockedSplit.Outcome.SPLIT;
    }

    /// What shares, hides and cleans pages.
    public PageActors actors() {
        return actors;
    }

    /// What is done about broken memory.
    public MemoryFailure failure() {
        return failure;
    }
}
