package org.gleaner.mm;

import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.mm.fault.FaultContext;
import org.gleaner.mm.fault.FolioFree;
import org.gleaner.mm.fault.FolioWait;
import org.gleaner.mm.fault.MappingChanges;
import org.gleaner.mm.fault.PageAllocator;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.UserMemory;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.gup.PageSources;
import org.gleaner.mm.huge.FolioSplit;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.lru.Workingset;
import org.gleaner.mm.memcg.KernelMemory;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgCharge;
import org.gleaner.mm.memcg.MemcgLru;
import org.gleaner.mm.memcg.MemcgRules;
import org.gleaner.mm.memcg.Memcgs;
import org.gleaner.mm.memcg.TableCharge;
import org.gleaner.mm.memory.FrameContents;
import org.gleaner.mm.memory.MemoryNode;
import org.gleaner.mm.memory.PageContents;
import org.gleaner.mm.memory.Zone;
import org.gleaner.mm.oom.OomKiller;
import org.gleaner.mm.oom.OomReaper;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.PrimaryTables;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.reclaim.MemcgFiles;
import org.gleaner.mm.reclaim.PageIdle;
import org.gleaner.mm.reclaim.Reclaim;
import org.gleaner.mm.reclaim.ReclaimContext;
import org.gleaner.mm.reclaim.ReclaimTunables;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.CurrentTask;
import org.gleaner.mm.space.MmLists;
import org.gleaner.mm.space.RmapObjects;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.pagetable.TableSlab;
import org.jspecify.annotations.Nullable;

/// A host: physical memory, its manager, and the address spaces that use it. The parts are wired
/// here and nowhere else.
public final class Host implements AutoCloseable {
    /// Lists of one lruvec: five classic ones, two per generation.
    private static final int LISTS_PER_LRUVEC = 13;

    private final Engine engine;
    private final HostConfig config;
    private final Folios folios;
    private final KernelMemory kernelMemory;
    private final Memcgs memcgs;
    private final MmLists mmLists = new MmLists();
    private final MemcgFiles memcgFiles;
    private final VmStat stat;
    private final LruCache lru;
    private final RmapObjects objects = new RmapObjects();
    private final PrimaryTables tables;
    private final @Nullable PageContents contents;
    private final SwapArea swap;
    private final PageAllocator allocator;
    private final MemoryNode node;
    private final UserMemory userMemory;
    private final PageSources pages;
    private final Reclaim reclaim;
    private final PageIdle pageIdle;

    /// Builds a host on an engine and starts its daemons.
    public Host(Engine engine, HostConfig config) {
        this(engine, config, null);
    }

    /// As [#Host(Engine, HostConfig)], from parts that the caller brings along.
    public Host(Engine engine, HostConfig config, @Nullable HostParts parts) {
        this.engine = engine;
        this.config = config;
        MemorySteps steps = parts == null ? MemorySteps.LINUX : parts.steps();
        HostConfig.Memory memory = config.memory();
        HostConfig.Reclaimer reclaimer = config.reclaimer();
        int cpus = config.room().cpus();
        PageSize page = config.paging().page();
        PteFormat format = config.paging().format();
        folios = new Folios(page, memory.frames(), LISTS_PER_LRUVEC * config.room().memcgs());
        stat = new VmStat(cpus);
        ReclaimTunables tunables =
                new ReclaimTunables(reclaimer.lruGen(), reclaimer.aging(), reclaimer.swappiness());
        MemcgLru memcgLru = new MemcgLru(config.seed());
        memcgs =
                new Memcgs(
                        folios,
                        config.kernel(),
                        () -> tunables.caps().core(),
                        config.room().memcgs(),
                        cpus,
                        memcgLru,
                        mmLists::online);
        List<Memcg> all = memcgs.all();
        contents = engine.realMemory() ? new PageContents(page, memory.frames()) : null;
        FrameContents frames = parts == null ? contents : parts.contents();
        boolean huge = memory.thp() != HostConfig.Thp.NEVER;
        Zone zone =
                new Zone(
                        folios,
                        memory.zramFrames(),
                        memory.watermarks(),
                        cpus,
                        memory.pcpBatch(),
                        huge);
        node = new MemoryNode(folios, zone, frames);
        FolioFree freeing = new FolioFree(folios, node, all);
        lru = new LruCache(folios, memcgs.lruvecs(), stat, config.kernel(), cpus, freeing::lastPut);
        FolioWait folioWait = new FolioWait(folios, steps);
        Swapon swapon = new Swapon(engine, config, folios);
        swap = swapon.area(swapon.device(parts, contents, lru, folioWait), zone, memcgs);
        tables =
                new PrimaryTables(
                        format,
                        new TableSlab(config.paging().geometry(), config.room().tables()),
                        config.paging().setsFlags());
        FolioSplit split = new FolioSplit(format, folios, lru, objects, stat, steps);
        Workingset workingset = new Workingset(folios, memcgs.lruvecs(), stat);
        CurrentTask currentTask = new CurrentTask(cpus);
        OomKiller oomKiller =
                new OomKiller(
                        format,
                        all,
                        mmLists,
                        zone,
                        currentTask,
                        stat,
                        new OomReaper(
                                engine, all, mmLists, (cpu, mm) -> mappingChanges().reap(cpu, mm)));
        reclaim =
                new Reclaim(
                        new ReclaimContext(
                                config.paging(),
                                folios,
                                lru,
                                workingset,
                                objects,
                                swap,
                                folioWait,
                                split,
                                zone,
                                stat,
                                config.kernel(),
                                tunables,
                                reclaimer.preemption(),
                                config.seed(),
                                all,
                                mmLists,
                                MemcgRules.of(config.kernel()),
                                memcgLru,
                                freeing,
                                currentTask,
                                oomKiller,
                                cpus,
                                steps));
        MemcgCharge charge =
                new MemcgCharge(
                        reclaim,
                        MemcgRules.of(config.kernel()).stock(),
                        cpus,
                        config.seed(),
                        steps);
        kernelMemory = new KernelMemory(charge, page);
        memcgFiles = new MemcgFiles(reclaim, charge);
        allocator = new PageAllocator(folios, node, charge, stat, reclaim);
        FaultContext faulting =
                new FaultContext(
                        format,
                        config.kernel(),
                        folios,
                        lru,
                        workingset,
                        objects,
                        allocator,
                        kernelMemory,
                        swap,
                        folioWait,
                        split,
                        node,
                        stat,
                        all,
                        currentTask,
                        config.swap().pageCluster(),
                        huge,
                        memory.thp() == HostConfig.Thp.ALWAYS,
                        cpus,
                        steps);
        userMemory = new UserMemory(faulting);
        pages = new PageSources(faulting, userMemory.faults());
        pageIdle = new PageIdle(format, folios, lru, objects, cpus);
        if (reclaimer.kswapd()) {
            engine.daemon("kswapd0", reclaim::kswapd);
        }
    }

    /// The tree of cgroups.
    public Memcgs memcgs() {
        return memcgs;
    }

    /// The processes of each cgroup.
    public MmLists mmLists() {
        return mmLists;
    }

    /// Gives back what this CPU holds of pages that are free, or would be (`lru_add_drain`,
    /// `drain_local_pages`): a kernel in need asks every CPU for it.
    public void drain(Cpu cpu) {
        lru.drain(cpu);
        node.zone().drainLocal(cpu);
    }

    /// A new process in a cgroup, which pays for its page tables as they come.
    ///
    /// @throws IllegalStateException if there is no page table for it
    public AddressSpace newAddressSpace(Cpu cpu, Memcg memcg) {
        return newAddressSpace(cpu, memcg, memcg);
    }

    /// A new process whose page tables another cgroup pays for: the one that it made them in,
    /// before it entered its own.
    ///
    /// @throws IllegalStateException if there is no page table for it
    public AddressSpace newAddressSpace(Cpu cpu, Memcg memcg, Memcg payer) {
        TableCharge charge = TableCharge.of(kernelMemory, payer);
        return new AddressSpace(cpu, memcg, mmLists.of(memcg), tables, charge);
    }

    public Engine engine() {
        return engine;
    }

    public HostConfig config() {
        return config;
    }

    public Folios folios() {
        return folios;
    }

    public LruCache lru() {
        return lru;
    }

    /// The page tables of all processes.
    public PrimaryTables tables() {
        return tables;
    }

    public RmapObjects objects() {
        return objects;
    }

    public PageFaults faults() {
        return userMemory.faults();
    }

    /// `mprotect`, `munmap` and exit of this host's processes.
    public MappingChanges mappingChanges() {
        return userMemory.changes();
    }

    /// The memory of processes, and who acts on it.
    public UserMemory userMemory() {
        return userMemory;
    }

    /// Idle page tracking.
    public PageIdle pageIdle() {
        return pageIdle;
    }

    /// Where secondary MMUs get pages from.
    public PageSources pages() {
        return pages;
    }

    public PageAllocator allocator() {
        return allocator;
    }

    /// Physical memory.
    public MemoryNode node() {
        return node;
    }

    public SwapArea swap() {
        return swap;
    }

    public Reclaim reclaim() {
        return reclaim;
    }

    /// What the kernel takes for itself and charges to cgroups.
    public KernelMemory kernelMemory() {
        return kernelMemory;
    }

    /// `memory.max`, `memory.high` and `memory.reclaim`, to be written while the host runs.
    public MemcgFiles memcgFiles() {
        return memcgFiles;
    }

    public VmStat stat() {
        return stat;
    }

    /// What is in the page frames, or null where the engine has no real memory.
    public @Nullable PageContents contents() {
        return contents;
    }

    @Override
    public void close() {
        swap.device().close();
    }
}
