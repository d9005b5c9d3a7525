package org.gleaner.kvm;

import java.util.Arrays;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.mmu.ZapCause;
import org.gleaner.kvm.pfn.GuestMemfd;
import org.gleaner.kvm.pfn.GuestMemfdRange;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.gup.InaccessiblePages;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;

/// Which of a VM's guest pages are private, and the files that back those
/// (`KVM_X86_SW_PROTECTED_VM`, `KVM_SET_MEMORY_ATTRIBUTES`).
///
/// A guest page is shared at first: it comes from the host's address space. Once it is private it
/// comes from its slot's [GuestMemfd]. A change takes the pages out of the second stage, with the
/// gate closed while the attribute changes, so a fault that has looked at the old one retries.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | `edges` | a change, `slots_lock`, gate closed | volatile | faults, after their snapshot | volatile | the gate: asked under `mmu_lock` |
public final class PrivateMemory implements GuestMemfd.Guest {
    /// A fault left the guest for user space (`KVM_EXIT_MEMORY_FAULT`, `-EFAULT`): the page's
    /// attribute has changed under it, or is private in a slot without a file.
    public static final int MEMORY_FAULT = -8;

    private static final long[] NONE = {};

    private final VmSlots slots;
    private final SecondaryMmu mmu;
    private final InvalidateGate gate;
    private final Vcpus vcpus;

    /// Where the attribute changes, ascending: below the first everything is shared.
    private volatile long[] edges = NONE;

    PrivateMemory(VmSlots slots, SecondaryMmu mmu, InvalidateGate gate, Vcpus vcpus) {
        this.slots = slots;
        this.mmu = mmu;
        this.gate = gate;
        this.vcpus = vcpus;
    }

    // --- attributes --------------------------------------------------------------------------

    /// Whether a guest page is private.
    public boolean isPrivate(Cpu cpu, long gfn) {
        cpu.reads(this);
        return (edgesUpTo(edges, gfn) & 1) != 0;
    }

    /// Whether all of the pages have the same attribute, so that one leaf may map them.
    boolean isUniform(Cpu cpu, long gfn, long pages) {
        cpu.reads(this);
        long[] now = edges;
        return edgesUpTo(now, gfn) == edgesUpTo(now, gfn + pages - 1);
    }

    private static int edgesUpTo(long[] edges, long gfn) {
        int at = Arrays.binarySearch(edges, gfn);
        return at >= 0 ? at + 1 : -at - 1;
    }

    /// Makes guest pages private, or shared (`KVM_SET_MEMORY_ATTRIBUTES`). The guest faults on all
    /// of them again. May sleep.
    public void setPrivate(Cpu cpu, long gfn, long pages, boolean isPrivate) {
        slots.alone(
                cpu,
                () -> {
                    long[] range = {gfn, gfn + pages};
                    begin(cpu, range);
                    cpu.writes(this);
                    edges = changed(edges, gfn, gfn + pages, isPrivate);
                    end(cpu, range);
                });
    }

    private static long[] changed(long[] old, long start, long end, boolean isPrivate) {
        long[] kept = new long[old.length + 2];
        int before = edgesUpTo(old, start - 1);
        int until = edgesUpTo(old, end);
        System.arraycopy(old, 0, kept, 0, before);
        int n = before;
        if ((before & 1) != 0 != isPrivate) {
            kept[n++] = start;
        }
        if ((until & 1) != 0 != isPrivate) {
            kept[n++] = end;
        }
        int rest = old.length - until;
        System.arraycopy(old, until, kept, n, rest);
        return Arrays.copyOf(kept, n + rest);
    }

    /// The highest level, not above `most`, of a leaf whose pages all have one attribute.
    int mostLevel(Cpu cpu, long gfn, int most) {
        Geometry geometry = mmu.tables.geometry;
        int level = most;
        while (level > RadixTable.LEVEL_4K
                && !isUniform(cpu, geometry.alignDown(gfn, level), geometry.pages(level))) {
            level--;
        }
        return level;
    }

    // --- files -------------------------------------------------------------------------------

    /// A file for this VM's private pages (`KVM_CREATE_GUEST_MEMFD`).
    public GuestMemfd newFile(InaccessiblePages pages) {
        return new GuestMemfd(pages, this, mmu.steps);
    }

    /// A slot whose private pages are those of `file` from page `first` on, and whose shared ones
    /// are the host's from `vpn` on (`KVM_MEM_GUEST_MEMFD`). It is neither read-only nor can it be
    /// logged.
    ///
    /// @throws IllegalArgumentException as [Vm#createSlot] and [GuestMemfd#bind]
    public void createSlot(
            Cpu cpu, int id, long baseGfn, long count, long vpn, GuestMemfd file, long first) {
        create(cpu, id, vpn, new GuestMemfdRange(file, first, count, baseGfn, false));
    }

    /// The same of a slot that has no memory but the file: shared pages are found there too.
    public void createHostlessSlot(
            Cpu cpu, int id, long baseGfn, long count, GuestMemfd file, long first) {
        create(cpu, id, 0, new GuestMemfdRange(file, first, count, baseGfn, true));
    }

    private void create(Cpu cpu, int id, long vpn, GuestMemfdRange range) {
        slots.create(
                cpu,
                new Memslot(
                        id, range.baseGfn(), range.pages(), vpn, false, false, false, null, range));
    }

    /// Closes a file; see [GuestMemfd#release].
    public void close(Cpu cpu, GuestMemfd file) {
        slots.alone(cpu, () -> file.release(cpu));
    }

    /// The VM is about to end: its files are no slot's any more.
    void unbindAll(Cpu cpu) {
        slots.alone(cpu, () -> slots.active(cpu).all().forEach(slot -> slot.unbind(cpu)));
    }

    // --- invalidations -----------------------------------------------------------------------

    @Override
    public void begin(Cpu cpu, long[] ranges) {
        if (ranges.length == 0) {
            return;
        }
        mmu.mmuLock.writeLock(cpu);
        gate.begin(cpu);
        mmu.invariants.zapBegins();
        boolean zapped = false;
        for (int i = 0; i < ranges.length; i += 2) {
            gate.add(cpu, ranges[i], ranges[i + 1]);
            zapped |= mmu.unmap(cpu, ranges[i], ranges[i + 1], ZapCause.GONE);
        }
        if (zapped && mmu.steps.flushesAfterZap()) {
            vcpus.flushRemoteTlbs(cpu);
        }
        mmu.invariants.zapFlushed();
        checkAbsent(cpu, ranges, false);
        mmu.mmuLock.writeUnlock(cpu);
    }

    @Override
    public void end(Cpu cpu, long[] ranges) {
        if (ranges.length == 0) {
            return;
        }
        mmu.mmuLock.writeLock(cpu);
        checkAbsent(cpu, ranges, true);
        gate.end(cpu);
        mmu.mmuLock.writeUnlock(cpu);
    }

    private void checkAbsent(Cpu cpu, long[] ranges, boolean later) {
        for (int i = 0; Invariants.ARMED && i < ranges.length; i += 2) {
            mmu.checkAbsent(cpu, ranges[i], ranges[i + 1], later);
        }
    }
}
