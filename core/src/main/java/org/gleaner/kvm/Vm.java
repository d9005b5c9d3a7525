package org.gleaner.kvm;

import java.util.List;
import org.gleaner.kvm.mmu.EmptiedTables;
import org.gleaner.kvm.mmu.Invalidations;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.ProtocolSteps;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.mmu.ZapCause;
import org.gleaner.kvm.pfn.DirectAccess;
import org.gleaner.kvm.pfn.EntryMarks;
import org.gleaner.kvm.pfn.FaultInPage;
import org.gleaner.kvm.pfn.GuestPfn;
import org.gleaner.kvm.pfn.GuestPins;
import org.gleaner.kvm.pfn.PageLedger;
import org.gleaner.kvm.pfn.PfnCaches;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.SetUp;
import org.gleaner.machine.Srcu;
import org.gleaner.mm.gup.UserPages;
import org.jspecify.annotations.Nullable;

/// A virtual machine (`struct kvm`): its slots, its second stage, its vCPUs, and its subscription
/// to the address space that backs it.
///
/// ```
/// Vm vm = Vm.create(cpu, VmConfig.of(X86.EPT, AgingDesign.MERGED.plan()), space, rcu);
/// vm.createSlot(cpu, 0, 0, pages, vpn, false);
/// Vcpu vcpu = vm.newVcpu(cpu);          // on the CPU that will run it
/// vcpu.access(cpu, gfn, true);
/// vm.destroy(cpu);                      // when no vCPU runs any more
/// ```
///
/// Locks, outer first: `kvm->lock`, `slots_lock`, the notifiers' SRCU, the VM's SRCU, `mmu_lock`,
/// the list of roots.
public final class Vm {
    final Srcu srcu = new Srcu(LockClass.KVM_SRCU);

    private final VmConfig config;
    private final UserPages pages;
    private final Rcu rcu;
    private final InvalidateGate gate = new InvalidateGate();
    private final VmSlots slots;
    private final QueuedRwLock mmuLock = new QueuedRwLock(LockClass.MMU_LOCK);
    private final Invariants invariants;
    private final SecondaryMmu mmu;
    private final ProtocolSteps steps;
    private final PageFault faults;
    private final KvmMmuNotifier notifier;
    private final DirectAccess direct;
    private final Prefetch prefetch;
    private final Vcpus vcpus;
    private final DirtyLog log;

    @SetUp private @Nullable PrivateMemory privateMemory;
    private final @Nullable EntryMarks entryMarks;
    private final @Nullable AsyncWork asyncWork;

    /// The host's pages that are owned.
    final PageLedger ledger = new PageLedger();

    private final GuestPins pins;

    private Vm(VmConfig config, UserPages pages, Rcu rcu) {
        this.config = config;
        this.pages = pages;
        this.rcu = rcu;
        vcpus = new Vcpus(config.architecture().upkeep().invalidation());
        asyncWork = config.asyncFaults() == AsyncFaults.Mode.OFF ? null : new AsyncWork(pages);
        entryMarks = config.pfn().marksFromEntries() ? new EntryMarks(pages.byNumber()) : null;
        mmu =
                config.newMmu(
                        mmuLock,
                        rcu,
                        entryMarks,
                        vcpus::flushRemoteTlbs,
                        new PayingTask(pages),
                        pages::timesFreed);
        steps = mmu.steps;
        invariants = mmu.invariants;
        pins = new GuestPins(pages, ledger);
        slots = new VmSlots(srcu, gate, steps);
        faults = new PageFault(this, mmu, gate, pages, config.architecture());
        PfnCaches caches = new PfnCaches();
        direct =
                new DirectAccess(
                        new SlotView(srcu, slots, gate),
                        pages,
                        caches,
                        steps,
                        config.pfn(),
                        config.allowsUnsafeMappings());
        prefetch = new Prefetch(this, mmu, gate, pages, direct);
        log = new DirtyLog(srcu, slots, mmu, pages, vcpus, config);
        HvaWalk walk = new HvaWalk(srcu, slots, vcpus, mmu, gate, caches);
        notifier = new KvmMmuNotifier(this, walk, config.aging(), config.architecture().locks());
    }

    /// A VM without slots and vCPUs, subscribed to `pages`.
    public static Vm create(Cpu cpu, VmConfig config, UserPages pages, Rcu rcu) {
        Vm vm = new Vm(config, pages, rcu);
        pages.notifiers().register(cpu, vm.notifier);
        return vm;
    }

    public VmConfig config() {
        return config;
    }

    // --- slots -------------------------------------------------------------------------------

    /// Backs `count` guest pages from `baseGfn` on by host pages from `vpn` on. Several slots may
    /// have the same host pages.
    ///
    /// @throws IllegalArgumentException if the id is taken or guest pages overlap
    public void createSlot(Cpu cpu, int id, long baseGfn, long count, long vpn, boolean readOnly) {
        checkUsers(id);
        slots.create(cpu, new Memslot(id, baseGfn, count, vpn, readOnly, false));
    }

    /// As [#createSlot]; a page that is not there to be used is [PrivateMemory#MEMORY_FAULT].
    public void createExitingSlot(Cpu cpu, int id, long baseGfn, long count, long vpn) {
        checkUsers(id);
        slots.create(cpu, new Memslot(id, baseGfn, count, vpn, false, false, true, null, null));
    }

    /// Takes a slot away and waits until no fault uses it.
    ///
    /// @throws IllegalArgumentException if there is none, or the guest is protected (`-EPERM`)
    public void deleteSlot(Cpu cpu, int id) {
        checkUsers(id);
        config.checkOpen("memory slots of a protected guest stay");
        slots.delete(cpu, id, config.zapsAll() ? this::zapAllFast : this::zapSlot);
    }

    private static void checkUsers(int id) {
        if (id >= VmSlots.APIC_PAGE) {
            throw new IllegalArgumentException("memory slot " + id + " is the kernel's own");
        }
    }

    /// Makes host page `vpn` the page of the vCPUs' APICs ([ApicAccess]), of those that there are
    /// and of those to come (`kvm_alloc_apic_access_page`). Kernels before 6.13 ask at once if it
    /// can be had.
    ///
    /// @return 0, or an error of [org.gleaner.mm.gup.PageClaim]: it cannot, and there is none
    /// @throws IllegalArgumentException if it is there already, or its guest page is a slot's
    public int installApicPage(Cpu cpu, long vpn) {
        slots.create(cpu, new Memslot(VmSlots.APIC_PAGE, ApicAccess.GFN, 1, vpn, false, false));
        int answer = config.pfn().looksUpFrames() ? newGuestPfn().find(cpu, ApicAccess.GFN) : 0;
        if (answer < 0) {
            slots.delete(cpu, VmSlots.APIC_PAGE, this::zapSlot);
            return answer;
        }
        vcpus.request(cpu, VcpuRequests.APIC_PAGE_RELOAD);
        return 0;
    }

    ApicAccess newApicAccess() {
        return new ApicAccess(
                srcu, slots, gate, mmuLock, config.pfn(), newPage(), pages::timesFreed);
    }

    /// For who asks for frames that it does not keep.
    public GuestPfn newGuestPfn() {
        return direct.newGuestPfn(newPage());
    }

    /// `kvm_mmu_zap_all_fast`: makes every root invalid and has every vCPU drop it, then empties
    /// them at leisure.
    private void zapAllFast(Cpu cpu, Memslot slot) {
        mmuLock.writeLock(cpu);
        mmu.invalidateRoots(cpu);
        if (steps.dropsInvalidRoots()) {
            vcpus.request(cpu, VcpuRequests.FREE_OBSOLETE_ROOTS);
        }
        mmuLock.writeUnlock(cpu);
        mmu.zapInvalidatedRoots(cpu);
    }

    /// `kvm_mmu_zap_memslot_leafs`.
    private void zapSlot(Cpu cpu, Memslot slot) {
        mmuLock.writeLock(cpu);
        invariants.zapBegins();
        if (mmu.unmap(cpu, slot.baseGfn(), slot.endGfn(), ZapCause.GONE)) {
            vcpus.flushRemoteTlbs(cpu);
        }
        invariants.zapFlushed();
        mmuLock.writeUnlock(cpu);
    }

    /// Which pages of its slots the guest writes to.
    public DirtyLog dirtyLog() {
        return log;
    }

    /// The tags of its pages, on arm64 (`KVM_CAP_ARM_MTE`).
    public MemoryTags memoryTags() {
        return new MemoryTags(slots, log, direct.page(), pages, mmu);
    }

    Memslots memslots(Cpu cpu) {
        return slots.active(cpu);
    }

    /// For the kernel's own users of guest pages.
    public DirectAccess direct() {
        return direct;
    }

    /// Maps up to eight pages from `gfn` on ahead of their use, for a vCPU that has run, as far as
    /// each is there and writable on the host. Never sleeps for a page.
    ///
    /// @return how many it has mapped
    public int prefetch(Cpu cpu, Vcpu vcpu, long gfn, int pages) {
        return prefetch.map(cpu, vcpu, gfn, pages);
    }

    /// Pages marked because they were mapped ahead.
    public long prefetchMarks() {
        return prefetch.marks();
    }

    /// Has the VM tell private guest pages from shared ones (`KVM_X86_SW_PROTECTED_VM`). While it
    /// has no vCPUs.
    public PrivateMemory keepPrivate() {
        PrivateMemory made = new PrivateMemory(slots, mmu, gate, vcpus);
        privateMemory = made;
        return made;
    }

    /// Which pages are private; null if none ever is.
    @Nullable PrivateMemory privateMemory() {
        return privateMemory;
    }

    // --- vCPUs -------------------------------------------------------------------------------

    /// A vCPU that will run on `cpu`.
    public Vcpu newVcpu(Cpu cpu) {
        Vcpu vcpu = vcpus.add(cpu, id -> new Vcpu(this, mmu, newPage(), id, cpu, config));
        if (slots.active(cpu).byId(VmSlots.APIC_PAGE) != null) {
            vcpu.guest.requests.post(cpu, VcpuRequests.APIC_PAGE_RELOAD);
        }
        return vcpu;
    }

    /// What a vCPU leaves to workers; null if this VM has no such faults.
    @Nullable AsyncFaults newAsyncFaults(int vcpu) {
        return asyncWork == null
                ? null
                : new AsyncFaults(asyncWork, faults, config.asyncFaults(), steps, vcpu);
    }

    /// Maps guest pages that `vcpu` has not accessed yet (`KVM_PRE_FAULT_MEMORY`), as [PreFault]
    /// says. The vCPU is not running.
    ///
    /// @return how many of the `count` pages from `gfn` on are mapped, at least one; or why none is
    public long preFault(Cpu cpu, Vcpu vcpu, long gfn, long count) {
        return new PreFault(faults, mmu.tables.geometry, vcpu).map(cpu, gfn, count);
    }

    private FaultInPage newPage() {
        return new FaultInPage(pages, config.pfn(), mmuLock, ledger);
    }

    /// What resolves the pages of asynchronous faults, for ever: to be run by one daemon or more,
    /// if the VM has such faults.
    ///
    /// @throws IllegalStateException if it has none
    public Actor asyncWorker() {
        AsyncWork work = asyncWork;
        if (work == null) {
            throw new IllegalStateException("this VM has no asynchronous faults");
        }
        return work::serve;
    }

    /// Holds `mmu_lock` for writing for a while; for tests.
    void holdMmuLock(Cpu cpu, long nanos) {
        mmuLock.writeLock(cpu);
        cpu.chargeNanos(nanos);
        mmuLock.writeUnlock(cpu);
    }

    /// The pages that a protected guest keeps from its host.
    public GuestPins pins() {
        return pins;
    }

    PageFault faults() {
        return faults;
    }

    /// For tests.
    boolean holdsMmuLock(Cpu cpu) {
        return mmuLock.isHeldBy(cpu);
    }

    GuestMemory memory() {
        @Nullable GuestMemory memory = config.memory();
        if (memory == null) {
            throw new IllegalStateException("this VM's pages have no contents");
        }
        return memory;
    }

    // --- the end -----------------------------------------------------------------------------

    /// The address space is gone, and with it all vCPUs' right to run (`kvm_flush_shadow_all`).
    void flushShadowAll(Cpu cpu) {
        endAsyncWork(cpu);
        if (steps.zapsAtRelease()) {
            int section = srcu.readLock(cpu);
            mmu.zapAll(cpu);
            pins.releaseAll(cpu);
            srcu.readUnlock(cpu, section);
        }
    }

    private void endAsyncWork(Cpu cpu) {
        if (asyncWork != null) {
            asyncWork.end(cpu);
        }
    }

    /// `kvm_destroy_vm`: ends the subscription and gives every table back. No vCPU may run any
    /// more, and no cache may be active.
    public void destroy(Cpu cpu) {
        assert direct.activeCaches() == 0 : direct.activeCaches() + " caches are still active";
        // whose subscription ends is told that all is over, and takes every leaf out
        log.check(cpu);
        if (privateMemory != null) {
            privateMemory.unbindAll(cpu);
        }
        if (steps.unsubscribesFirst()) {
            pages.notifiers().unregister(cpu, notifier);
        }
        endAsyncWork(cpu);
        vcpus.destroy(cpu);
        mmuLock.writeLock(cpu);
        mmu.invalidateRoots(cpu);
        mmuLock.writeUnlock(cpu);
        mmu.zapInvalidatedRoots(cpu);
        if (!steps.unsubscribesFirst()) {
            pages.notifiers().unregister(cpu, notifier);
        }
        rcu.barrier(cpu);
        invariants.balanced();
        ledger.checkEmpty();
        assert mmu.tables.slab.inUse() == 0 : mmu.tables.slab.inUse() + " tables leaked";
    }

    // --- reports -----------------------------------------------------------------------------

    /// The vCPUs, in order of id.
    public List<Vcpu> vcpus() {
        return vcpus.all();
    }

    /// What the host has asked of it.
    public NotifierCalls notifierCalls() {
        return notifier.calls();
    }

    /// Tables of the second stage that unmaps have emptied.
    public EmptiedTables emptiedTables() {
        return mmu.emptied();
    }

    /// What the second stage has had forgotten itself, which counts as flushes of all vCPUs, too,
    /// but for what is local.
    public Invalidations invalidations() {
        return mmu.invalidations();
    }

    /// Flushes of all vCPUs that were asked for.
    public long remoteFlushes() {
        return vcpus.flushes();
    }

    /// What it took those who asked, in nanoseconds of the engine.
    public long remoteFlushNanos() {
        return vcpus.flushNanos();
    }

    /// What entries have passed on to their pages; null on a kernel where they pass on nothing.
    public @Nullable EntryMarks entryMarks() {
        return entryMarks;
    }

    /// Leaves in all roots, all or only young ones: an account of this moment, entry by entry. An
    /// invalid root that was emptied has none.
    public long countLeaves(Cpu cpu, boolean onlyYoung) {
        return mmu.countLeaves(cpu, onlyYoung);
    }
}
