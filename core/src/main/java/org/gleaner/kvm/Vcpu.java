package org.gleaner.kvm;

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

    public final int id;

    /// The hardware thread it runs on.
    public final Cpu cpu;

    final TableCache spare;
    final GuestMode guest;

    /// What its fault under way owns.
    final FaultInPage page;

    final VcpuStat stat = new VcpuStat();

    private final Vm vm;
    private final SecondaryMmu mmu;
    private final @Nullable FaultTimes faultTimes;
    private final Refault refault;

    /// The most accesses that are folded into one; 1 makes every access a step of its own.
    private int foldLimit = Integer.MAX_VALUE;

    private long error;
    private long data;

    Vcpu(Vm vm, SecondaryMmu mmu, FaultInPage page, int id, Cpu cpu, VmConfig config) {
        this.page = page;
        this.vm = vm;
        this.mmu = mmu;
        this.id = id;
        this.cpu = cpu;
        spare = new TableCache(mmu, config.tablesLaidBy());
        guest = new GuestMode(this, vm, mmu, config);
        refault = new Refault(this, vm.faults());
        faultTimes = config.timesFaults() ? new FaultTimes() : null;
    }

    // --- accesses ----------------------------------------------------------------------------

    /// One guest access.
    ///
    /// @return 0; or why it could not be done: [#EXIT_MMIO], or an error of
    ///     [org.gleaner.mm.gup.GetUserPages#get]
    public long access(Cpu cpu, long gfn, boolean write) {
        guest.enter(cpu);
        long pfn = touch(cpu, gfn, write);
        guest.leave(cpu);
        return Math.min(pfn, 0);
    }

    /// One guest access that reads, or writes `value` to, a word (0 to 511) of the page's contents,
    /// which the VM must have.
    ///
    /// @return as [#access]; what was read is in [#data]
    public long accessData(Cpu cpu, long gfn, int word, boolean write, long value) {
        GuestMemory memory = vm.memory();
        guest.enter(cpu);
        long pfn = touch(cpu, gfn, write);
        if (pfn >= 0) {
            if (write) {
                memory.write((int) pfn, word, value);
            } else {
                data = memory.read((int) pfn, word);
            }
        }
        guest.leave(cpu);
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
        guest.enter(cpu);
        while (i < to) {
            guest.servePending(cpu);
            int limit = i + room(cpu, to - i);
            int done = guest.translations.hits(cpu, table(), accesses, i, limit, base);
            if (done > i) {
                hit(cpu, done - i);
                i = done;
            } else if (step(cpu, base + (accesses[i] & 0x7fff_ffff), accesses[i] < 0)) {
                i++;
            } else {
                break;
            }
        }
        guest.leave(cpu);
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
        guest.enter(cpu);
        while (gfn < end) {
            guest.servePending(cpu);
            long limit = gfn + room(cpu, end - gfn);
            long done = guest.translations.sequentialHits(cpu, table(), gfn, limit, write);
            if (done > gfn) {
                hit(cpu, done - gfn);
                gfn = done;
            } else if (step(cpu, gfn, write)) {
                gfn++;
            } else {
                break;
            }
        }
        guest.leave(cpu);
        return gfn;
    }

    /// Computes for a time without an access that misses its caches, in guest mode but where others
    /// have the CPU: an interrupt meanwhile makes it longer.
    public void compute(Cpu cpu, long nanos) {
        guest.enter(cpu);
        long left = nanos;
        for (long now = cpu.untilResched(left); now < left; now = cpu.untilResched(left)) {
            cpu.chargeNanos(now);
            left -= now;
            guest.servePending(cpu);
        }
        cpu.chargeNanos(left);
        guest.leave(cpu);
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
            guest.servePending(cpu);
            long leaf = guest.access(cpu, gfn, write);
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

    /// Hardware has no place to note a dirty page in.
    void logIsFull(Cpu cpu) {
        stat.logFullExits++;
        cpu.charge(Cost.VMEXIT);
        guest.enter(cpu);
    }

    /// A fault has ended.
    void faulted(Cpu cpu, long since, Fault fault) {
        if (faultTimes != null) {
            faultTimes.add(cpu.now() - since);
        }
        Tracepoint.KVM_PAGE_FAULT.tell(cpu, since, id, fault.gfn, fault.errorCode());
    }

    /// `kvm_mmu_reset_context`: what a toggle of CR0.WP does. The root is dropped; the next entry
    /// loads one again, a new one if this was the last vCPU to hold it and the kernel keeps none
    /// itself.
    public void resetContext(Cpu cpu) {
        guest.unload(cpu);
    }

    /// The root it has loaded; it has one while in the guest and in a fault.
    MmuRoot root() {
        return guest.root();
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
        return guest.apic;
    }

    /// Its asynchronous faults; null if its VM has none.
    public @Nullable AsyncFaults asyncFaults() {
        return guest.async;
    }

    /// Has a root, and has served what was asked of it.
    void prepare(Cpu cpu) {
        guest.prepare(cpu);
    }

    /// Gives back all it holds; it will not run again.
    void destroy(Cpu cpu) {
        guest.unload(cpu);
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
        return guest.logsInHardware();
    }
}
