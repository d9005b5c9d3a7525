package org.gleaner.kvm;

import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.FaultFlow;
import org.gleaner.kvm.arch.Upkeep;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuParts;
import org.gleaner.kvm.mmu.PageMarks;
import org.gleaner.kvm.mmu.PreservedAccessed;
import org.gleaner.kvm.mmu.ProtocolSteps;
import org.gleaner.kvm.mmu.RemoteTlbs;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.mmu.TableAccount;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.SetUp;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.jspecify.annotations.Nullable;

/// What kind of VM, on what kind of processor and kernel.
///
/// Immutable: each `with` answers a copy that differs in one choice.
@SetUp
public final class VmConfig {
    /// Room for 16 GiB of tables. Costs memory only as they are used.
    private static final int TABLES = 1 << 22;

    private final AgingPlan aging;
    private Architecture architecture;
    private Geometry geometry;
    private int tlbEntries;
    private boolean keepsRoots;
    private PfnDesign pfn = PfnDesign.MERGED;
    private boolean zapsAll;
    private boolean pml;
    private boolean timesFaults;
    private PreservedAccessed preserved = PreservedAccessed.OFF;
    private @Nullable GuestMemory memory;
    private boolean allowsUnsafeMappings;
    private int tables = TABLES;
    private int tablesLaidBy;
    private ProtocolSteps steps;
    private AsyncFaults.Mode asyncFaults = AsyncFaults.Mode.OFF;

    private VmConfig(Architecture architecture, AgingPlan aging) {
        this.architecture = architecture;
        this.aging = aging;
        geometry = architecture.geometries().getFirst();
        steps = architecture.steps();
        zapsAll = architecture.upkeep().removal() == Upkeep.Removal.ALL_ROOTS;
    }

    private VmConfig(VmConfig other) {
        this(other.architecture, other.aging);
        geometry = other.geometry;
        tlbEntries = other.tlbEntries;
        keepsRoots = other.keepsRoots;
        pfn = other.pfn;
        zapsAll = other.zapsAll;
        pml = other.pml;
        timesFaults = other.timesFaults;
        preserved = other.preserved;
        memory = other.memory;
        allowsUnsafeMappings = other.allowsUnsafeMappings;
        tables = other.tables;
        tablesLaidBy = other.tablesLaidBy;
        steps = other.steps;
        asyncFaults = other.asyncFaults;
    }

    /// The VM of the kernel that `aging` belongs to: no TLB model, no page contents.
    public static VmConfig of(Architecture architecture, AgingPlan aging) {
        return of(architecture, aging, KvmRelease.of(aging.design()));
    }

    /// The same on a kernel of one's own choice.
    public static VmConfig of(Architecture architecture, AgingPlan aging, KvmRelease kernel) {
        VmConfig config = new VmConfig(architecture, aging);
        config.keepsRoots = kernel.keepsRoots();
        config.pfn = kernel.pfn();
        return config;
    }

    private VmConfig with(Consumer<VmConfig> change) {
        VmConfig copy = new VmConfig(this);
        change.accept(copy);
        return copy;
    }

    /// On another processor, whose steps must be those of this one.
    public VmConfig withArchitecture(Architecture other) {
        return with(c -> {
            c.architecture = other;
            c.geometry = other.geometry(geometry.pageShift);
        });
    }

    /// Base pages of 2^`shift` bytes, in the host and in the guest.
    ///
    /// @throws IllegalArgumentException if the architecture has none
    public VmConfig withPageShift(int shift) {
        return with(c -> c.geometry = architecture.geometry(shift));
    }

    /// Translations that each vCPU caches, a power of two; 0 means that every access walks.
    public VmConfig withTlb(int entries) {
        if (entries < 0 || (entries & entries - 1) != 0) {
            throw new IllegalArgumentException("TLB entries must be a power of two: " + entries);
        }
        return with(c -> c.tlbEntries = entries);
    }

    /// The MMU itself holds a reference to each root, so that it outlives its vCPUs (6.4 and
    /// later); without it the last vCPU to let go tears the tables down.
    public VmConfig withRootsKept(boolean kept) {
        return with(c -> c.keepsRoots = kept);
    }

    /// How it gets hold of the host's pages, and what it tells them.
    public VmConfig withPfn(PfnDesign design) {
        return with(c -> c.pfn = design);
    }

    /// Deleting a slot zaps everything (`KVM_X86_QUIRK_SLOT_ZAP_ALL`).
    public VmConfig withZapAll(boolean all) {
        return with(c -> c.zapsAll = all);
    }

    /// Hardware notes the pages whose D it sets, for dirty logs (`kvm_intel.pml`); not by default.
    ///
    /// @throws IllegalArgumentException if the architecture has no such hardware
    public VmConfig withPml(boolean notes) {
        if (notes && !architecture.hardwareLog()) {
            throw new IllegalArgumentException("no PML with " + architecture);
        }
        return with(c -> c.pml = notes);
    }

    /// Each vCPU keeps how long its faults took, see [Vcpu#faultTimes]; not by default.
    public VmConfig withFaultTimes() {
        return with(c -> c.timesFaults = true);
    }

    /// What becomes of the A of leaves that are zapped though their pages stay; off by default.
    public VmConfig withPreservedAccessed(PreservedAccessed how) {
        return with(c -> c.preserved = how);
    }

    /// Frames that cannot be pinned may be mapped by the kernel all the same
    /// (`allow_unsafe_mappings`); not by default.
    public VmConfig withUnsafeMappings(boolean allowed) {
        return with(c -> c.allowsUnsafeMappings = allowed);
    }

    /// Faults on pages that are not there are left to a worker, see [Vm#asyncWorker]; not by
    /// default.
    public VmConfig withAsyncFaults(AsyncFaults.Mode mode) {
        return with(c -> c.asyncFaults = mode);
    }

    /// The contents of page frames.
    public VmConfig withMemory(GuestMemory contents) {
        return with(c -> c.memory = contents);
    }

    /// The most page-table pages of the second stage.
    public VmConfig withTables(int most) {
        return with(c -> c.tables = most);
    }

    /// Pages for tables that a vCPU's task has laid by before it entered the cgroup that pays for
    /// more: 0 (default) and up.
    public VmConfig withTablesLaidBy(int pages) {
        return with(c -> c.tablesLaidBy = pages);
    }

    /// How the protocols are carried out.
    public VmConfig withSteps(ProtocolSteps other) {
        return with(c -> c.steps = other);
    }

    /// The processor.
    public Architecture architecture() {
        return architecture;
    }

    /// The design whose secondary half this VM plays.
    public AgingPlan aging() {
        return aging;
    }

    /// Refuses what a host cannot do to a guest that it may not get at.
    ///
    /// @throws IllegalArgumentException if the guest is one (`-EPERM`)
    void checkOpen(String why) {
        if (architecture.flow().hold() == FaultFlow.Hold.PINNED) {
            throw new IllegalArgumentException("-EPERM: " + why);
        }
    }

    int tlbEntries() {
        return tlbEntries;
    }

    int tablesLaidBy() {
        return tablesLaidBy;
    }

    /// How it gets hold of the host's pages.
    public PfnDesign pfn() {
        return pfn;
    }

    boolean allowsUnsafeMappings() {
        return allowsUnsafeMappings;
    }

    boolean pml() {
        return pml;
    }

    boolean timesFaults() {
        return timesFaults;
    }

    AsyncFaults.Mode asyncFaults() {
        return asyncFaults;
    }

    boolean zapsAll() {
        return zapsAll;
    }

    @Nullable GuestMemory memory() {
        return memory;
    }

    /// The second stage of such a VM, empty.
    ///
    /// @param freed how often a frame of the host was freed until now; for checks
    SecondaryMmu newMmu(
            QueuedRwLock mmuLock,
            Rcu rcu,
            @Nullable PageMarks marks,
            RemoteTlbs remote,
            TableAccount account,
            IntUnaryOperator freed) {
        EntryFormat format = architecture.format().apply(geometry);
        RadixTable room = new RadixTable(new TableSlab(geometry, tables), format);
        Invariants invariants = new Invariants(format, geometry, freed);
        return architecture
                .engine()
                .apply(
                        new MmuParts(
                                room,
                                mmuLock,
                                rcu,
                                invariants,
                                steps,
                                keepsRoots,
                                pml,
                                preserved,
                                marks,
                                remote,
                                account));
    }
}
