package org.gleaner.kvm;

import org.gleaner.kvm.mmu.CpuDirtyLog;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.GuestTlb;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.mmu.TableCache;
import org.gleaner.kvm.pfn.FaultInPage;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.Tracepoint;
import org.jspecify.annotations.Nullable;

/// A virtual CPU on one hardware thread: runs guest accesses, and serves what they and the host
/// demand.
///
/// In guest mode the CPU is in its interruptible section. It polls for requests before each access;
/// on one it leaves, serves and enters again, as an interrupt and the entry after it would make it.
/// So whoever has posted a flush and got its answer knows that no access through an old translation
/// is under way.
///
/// Hits are folded: as many as fit before any other actor could act are found by one loop over
/// plain loads and charged at once. The result is that of single steps.
///
/// Not thread-safe: one CPU runs it.
@OneCpu
public final class Vcpu {
    /// The access left the guest for user space: no slot there, or a write to a read-only one.
    public static final long EXIT_MMIO = -6;

    /// The guest is told that the page is not there, and that a worker fetches it: it may do
    /// something else until [AsyncFaults#takeReady] says so. If it tries again before, it waits.
    public static final long PAGE_NOT_PRESENT = -7;

    private static final long SERVED_AT_ONCE =
            VcpuRequests.TLB_FLUSH | VcpuRequests.TLB_INVALIDATED | VcpuRequests.KICK;

    public final int id;

    /// The hardware thread it runs on.
    public final Cpu cpu;

    final TableCache spare;
    final VcpuRequests requests;

    /// What its fault under way owns.
    final FaultInPage page;

    final VcpuStat stat = new VcpuStat();

    private final Vm vm;
    private final SecondaryMmu mmu;
    private final @Nullable AsyncFaults async;
    private final ApicAccess apic;
    private final GuestTlb translations;
    private final @Nullable CpuDirtyLog dirtyLog;
    private final @Nullable FaultTimes faultTimes;
    private @Nullable MmuRoot root;
    private final Refault refault;
    private boolean inGuest;

    /// The most accesses that are folded into one; 1 makes every access a step of its own.
    private int foldLimit = Integer.MAX_VALUE;

    private long error;
    private long data;

    Vcpu(Vm vm, SecondaryMmu mmu, FaultInPage page, int id, Cpu cpu, VmConfig config) {
        async = vm.newAsyncFaults(id);
        apic = vm.newApicAccess();
        this.page = page;
        this.vm = vm;
        this.mmu = mmu;
        this.id = id;
        this.cpu = cpu;
        spare = new TableCache(mmu, config.tablesLaidBy());
        requests = new VcpuRequests(cpu);
        CpuDirtyLog notes = config.pml() ? new CpuDirtyLog() : null;
        if (notes != null) {
            notes.turn(vm.dirtyLog().isOn(cpu));
        }
        dirtyLog = notes;
        refault = new Refault(this, vm.faults());
        faultTimes = config.timesFaults() ? new FaultTimes() : null;
        translations = new GuestTlb(mmu, requests.box, config.tlbEntries(), notes);
    }

    // --- accesses ----------------------------------------------------------------------------

    /// One guest access.
    ///
    /// @return 0; or why it could not be done: [#EXIT_MMIO], or an error of
    ///     [org.gleaner.mm.gup.GetUserPages#get]
    public long access(Cpu cpu, long gfn, boolean write) {
        enterGuest(cpu);
        long pfn = touch(cpu, gfn, write);
        leaveGuest(cpu);
        return Math.min(pfn, 0);
    }

    /// One guest access that reads, or writes `value` to, a word (0 to 511) of the page's contents,
    /// which the VM must have.
    ///
    /// @return as [#access]; what was read is in [#data]
    public long accessData(Cpu cpu, long gfn, int word, boolean write, long value) {
        GuestMemory memory = vm.memory();
        enterGuest(cpu);
        long pfn = touch(cpu, gfn, write);
        if (pfn >= 0) {
            if (write) {
                memory.write((int) pfn, word, value);
            } else {
                data = memory.read((int) pfn, word);
            }
        }
        leaveGuest(cpu);
        return Math.min(pfn, 0);
    }

    /// What the last read by [#accessData] found.
    public long data() {
        return data;
    }

    /// Runs `accesses[from]` to `accesses[to - 1]`. Each has a guest page, relative to `base`, in
    /// bits 0 to 30, and is a write if bit 31 is set.
    ///
    /// @return `to`, or the index of the first access that could not be done; [#error] says why
    public int run(Cpu cpu, int[] accesses, int from, int to, long base) {
        int i = from;
        error = 0;
        enterGuest(cpu);
        while (i < to) {
            servePending(cpu);
            int limit = i + room(cpu, to - i);
            int done = translations.hits(cpu, table(), accesses, i, limit, base);
            if (done > i) {
                hit(cpu, done - i);
                i = done;
            } else if (step(cpu, base + (accesses[i] & 0x7fff_ffff), accesses[i] < 0)) {
                i++;
            } else {
                break;
            }
        }
        leaveGuest(cpu);
        return i;
    }

    /// As [#run(Cpu,int[],int,int,long)] with base 0.
    public int run(Cpu cpu, int[] accesses, int from, int to) {
        return run(cpu, accesses, from, to, 0);
    }

    /// Touches the pages `[start, end)` one after another, once each.
    ///
    /// @return `end`, or the first page that could not be touched; [#error] says why
    public long runSequential(Cpu cpu, long start, long end, boolean write) {
        long gfn = start;
        error = 0;
        enterGuest(cpu);
        while (gfn < end) {
            servePending(cpu);
            long limit = gfn + room(cpu, end - gfn);
            long done = translations.sequentialHits(cpu, table(), gfn, limit, write);
            if (done > gfn) {
                hit(cpu, done - gfn);
                gfn = done;
            } else if (step(cpu, gfn, write)) {
                gfn++;
            } else {
                break;
            }
        }
        leaveGuest(cpu);
        return gfn;
    }

    /// Computes for a time without an access that misses its caches, in guest mode all the while:
    /// an interrupt meanwhile makes it longer.
    public void compute(Cpu cpu, long nanos) {
        enterGuest(cpu);
        cpu.chargeNanos(nanos);
        leaveGuest(cpu);
    }

    /// Why the last run ended early; 0 if it did not.
    public long error() {
        return error;
    }

    /// How many accesses may be folded now: as many as fit before others act, and at least one.
    private int room(Cpu cpu, long left) {
        return Math.max(1, cpu.foldable(Cost.GUEST_HIT, (int) Math.min(left, foldLimit)));
    }

    private void hit(Cpu cpu, long n) {
        cpu.charge(Cost.GUEST_HIT, n);
        stat.hits += n;
    }

    private boolean step(Cpu cpu, long gfn, boolean write) {
        error = Math.min(touch(cpu, gfn, write), 0);
        return error == 0;
    }

    /// One access, in guest mode. Returns the page, still in guest mode; or an error, outside.
    private long touch(Cpu cpu, long gfn, boolean write) {
        for (; ; ) {
            servePending(cpu);
            long leaf = translate(cpu, gfn, write);
            if (GuestTlb.isFault(leaf)) {
                cpu.perform(refault.of(cpu, gfn, write, leaf));
                leaf = refault.leaf();
            }
            if (!GuestTlb.isFault(leaf)) {
                hit(cpu, 1);
                return mmu.tables.format.pfn(leaf);
            }
            long problem = refault.finish(cpu);
            if (problem != 0) {
                return problem;
            }
        }
    }

    // --- for its faults ----------------------------------------------------------------------

    /// Nothing is to be done at an exit or an entry but to serve requests.
    boolean isPlain() {
        return async == null && dirtyLog == null;
    }

    boolean hasRoot() {
        return root != null;
    }

    /// One access as hardware does it; see [GuestTlb#access].
    long translate(Cpu cpu, long gfn, boolean write) {
        return translations.access(cpu, table(), gfn, write);
    }

    /// Hardware has no place to note a dirty page in.
    void logIsFull(Cpu cpu) {
        stat.logFullExits++;
        cpu.charge(Cost.VMEXIT);
        enterGuest(cpu);
    }

    /// A fault has ended.
    void faulted(Cpu cpu, long since, Fault fault) {
        if (faultTimes != null) {
            faultTimes.add(cpu.now() - since);
        }
        Tracepoint.KVM_PAGE_FAULT.tell(cpu, since, id, fault.gfn, fault.errorCode());
    }

    // --- guest mode --------------------------------------------------------------------------

    void enterGuest(Cpu cpu) {
        do {
            prepare(cpu);
        } while (!entersPrepared(cpu));
    }

    private boolean entersPrepared(Cpu cpu) {
        if (async != null && async.isBusy(cpu)) {
            async.finish(cpu, this);
            return false;
        }
        if (!enters(cpu)) {
            requests.leaveGuest(cpu);
            return false;
        }
        return true;
    }

    /// Enters; false if something was asked before, and it must leave at once.
    boolean enters(Cpu cpu) {
        if (!requests.enterGuest(cpu)) {
            return false;
        }
        inGuest = true;
        apic.checkFresh();
        return true;
    }

    /// Serves what has been taken, and enters.
    void serveAndEnter(Cpu cpu, long asked) {
        serve(cpu, asked);
        loadRoot(cpu);
        if (!entersPrepared(cpu)) {
            enterGuest(cpu);
        }
    }

    private void leaveGuest(Cpu cpu) {
        if (inGuest) {
            leaves(cpu);
            takeLog(cpu);
        }
    }

    /// Leaves, and has yet to [#takeLog].
    void leaves(Cpu cpu) {
        inGuest = false;
        requests.leaveGuest(cpu);
    }

    void takeLog(Cpu cpu) {
        if (dirtyLog != null && !dirtyLog.isEmpty()) {
            stat.logEntries += vm.dirtyLog().take(cpu, dirtyLog);
        }
    }

    /// In guest mode: after this no request is pending, and no time has passed since it was seen.
    private void servePending(Cpu cpu) {
        while (requests.arePending(cpu)) {
            leaveGuest(cpu);
            enterGuest(cpu);
        }
    }

    /// Whether nothing is asked but what takes no step.
    static boolean isServedAtOnce(long asked) {
        return (asked & ~SERVED_AT_ONCE) == 0;
    }

    /// Does what has been asked for.
    void serve(Cpu cpu, long asked) {
        MmuRoot loaded = root;
        if ((asked & VcpuRequests.FREE_OBSOLETE_ROOTS) != 0
                && loaded != null
                && loaded.isInvalid(cpu)) {
            unload(cpu);
        }
        if ((asked & VcpuRequests.UPDATE_DIRTY_LOGGING) != 0 && dirtyLog != null) {
            dirtyLog.turn(vm.dirtyLog().isOn(cpu));
        }
        if ((asked & VcpuRequests.APIC_PAGE_RELOAD) != 0) {
            apic.reload(cpu, requests);
        }
        if ((asked & (VcpuRequests.TLB_FLUSH | VcpuRequests.TLB_INVALIDATED)) != 0) {
            translations.flush();
            stat.flushes++;
        }
        if ((asked & VcpuRequests.TLB_FLUSH) != 0) {
            cpu.charge(Cost.INVEPT);
        }
    }

    /// `kvm_mmu_reset_context`: what a toggle of CR0.WP does. The root is dropped; the next entry
    /// loads one again, a new one if this was the last vCPU to hold it and the kernel keeps none
    /// itself.
    public void resetContext(Cpu cpu) {
        unload(cpu);
    }

    private void unload(Cpu cpu) {
        MmuRoot loaded = root;
        if (loaded != null) {
            root = null;
            mmu.release(cpu, loaded);
        }
    }

    /// The root it has loaded; it has one while in the guest and in a fault.
    MmuRoot root() {
        MmuRoot loaded = root;
        if (loaded == null) {
            throw new IllegalStateException("vCPU " + id + " has no root");
        }
        return loaded;
    }

    private int table() {
        return root().table;
    }

    /// A fault in guest memory that is not modelled takes a table.
    public void takeTableElsewhere(Cpu cpu) {
        spare.takeElsewhere(cpu);
    }

    /// For tests of folding.
    void setFoldLimit(int accesses) {
        foldLimit = accesses;
    }

    /// What its hardware knows of the page of its APIC.
    public ApicAccess apic() {
        return apic;
    }

    /// Its asynchronous faults; null if its VM has none.
    public @Nullable AsyncFaults asyncFaults() {
        return async;
    }

    /// Has a root, and has served what was asked of it.
    void prepare(Cpu cpu) {
        if (requests.arePending(cpu)) {
            serve(cpu, requests.take(cpu));
        }
        loadRoot(cpu);
    }

    private void loadRoot(Cpu cpu) {
        if (root == null) {
            root = mmu.acquire(cpu);
            translations.forget();
        }
    }

    /// Gives back all it holds; it will not run again.
    void destroy(Cpu cpu) {
        unload(cpu);
        spare.drain(cpu);
    }

    // --- counts ------------------------------------------------------------------------------

    /// What it has counted (`struct kvm_vcpu_stat`).
    public VcpuStat stat() {
        return stat;
    }

    /// How long its faults took; null unless its VM keeps that.
    public @Nullable FaultTimes faultTimes() {
        return faultTimes;
    }

    /// Forgets how long they took so far; for a vCPU at rest.
    public void forgetFaultTimes() {
        if (faultTimes != null) {
            faultTimes.clear();
        }
    }

    /// What its faults have asked of the host and done to its pages.
    public FaultInPage page() {
        return page;
    }

    /// Whether its hardware notes the pages whose D it sets.
    public boolean logsInHardware() {
        return dirtyLog != null && dirtyLog.isOn();
    }
}
