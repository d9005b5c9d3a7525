package org.gleaner.kvm;

import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.PageMarks;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.kvm.x86.TdpMmu;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.gup.PagesByNumber;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.jspecify.annotations.Nullable;

/// What kind of VM, on what kind of kernel. The one place in this room that names an architecture.
///
/// @param format entries of the second stage: EPT, EPT without A/D bits, or NPT
/// @param aging the design whose secondary half this VM plays
/// @param tlbEntries translations each vCPU caches, a power of two; 0 means that every access walks
/// @param keepsRoots the MMU itself holds a reference to each root, so that it outlives its vCPUs
///     (6.4 and later); without it the last vCPU to let go tears the tables down
/// @param marksAtZap a zapped entry passes its A and D on to the page (before 6.13); the page was
///     marked at fault time anyway
/// @param zapsAll deleting a slot zaps everything (`KVM_X86_QUIRK_SLOT_ZAP_ALL`)
/// @param memory contents of page frames, or null
/// @param tables the most page-table pages of the second stage
/// @param steps how the protocols are carried out
public record VmConfig(
        SpteFormat format,
        AgingPlan aging,
        int tlbEntries,
        boolean keepsRoots,
        boolean marksAtZap,
        boolean zapsAll,
        @Nullable GuestMemory memory,
        int tables,
        SpteSteps steps) {
    /// Room for 16 GiB of tables. Costs memory only as they are used.
    private static final int TABLES = 1 << 22;

    public VmConfig {
        if (tlbEntries < 0 || (tlbEntries & tlbEntries - 1) != 0) {
            throw new IllegalArgumentException("TLB entries must be a power of two: " + tlbEntries);
        }
    }

    /// The VM of the kernel that `aging` belongs to: no TLB model, no page contents.
    public static VmConfig of(SpteFormat format, AgingPlan aging) {
        return of(format, aging, KvmRelease.of(aging.design()));
    }

    /// The same on a kernel of one's own choice.
    public static VmConfig of(SpteFormat format, AgingPlan aging, KvmRelease kernel) {
        return new VmConfig(
                format,
                aging,
                0,
                kernel.keepsRoots(),
                kernel.marksAtZap(),
                true,
                null,
                TABLES,
                SpteSteps.LINUX);
    }

    public VmConfig withFormat(SpteFormat other) {
        return new VmConfig(
                other, aging, tlbEntries, keepsRoots, marksAtZap, zapsAll, memory, tables, steps);
    }

    public VmConfig withTlb(int entries) {
        return new VmConfig(
                format, aging, entries, keepsRoots, marksAtZap, zapsAll, memory, tables, steps);
    }

    public VmConfig withRootsKept(boolean kept) {
        return new VmConfig(
                format, aging, tlbEntries, kept, marksAtZap, zapsAll, memory, tables, steps);
    }

    public VmConfig withMarksAtZap(boolean marks) {
        return new VmConfig(
                format, aging, tlbEntries, keepsRoots, marks, zapsAll, memory, tables, steps);
    }

    public VmConfig withZapAll(boolean all) {
        return new VmConfig(
                format, aging, tlbEntries, keepsRoots, marksAtZap, all, memory, tables, steps);
    }

    public VmConfig withMemory(GuestMemory contents) {
        return new VmConfig(
                format,
                aging,
                tlbEntries,
                keepsRoots,
                marksAtZap,
                zapsAll,
                contents,
                tables,
                steps);
    }

    public VmConfig withTables(int most) {
        return new VmConfig(
                format, aging, tlbEntries, keepsRoots, marksAtZap, zapsAll, memory, most, steps);
    }

    public VmConfig withSteps(SpteSteps other) {
        return new VmConfig(
                format, aging, tlbEntries, keepsRoots, marksAtZap, zapsAll, memory, tables, other);
    }

    /// The second stage of such a VM, empty.
    SecondaryMmu newMmu(QueuedRwLock mmuLock, Rcu rcu, UserPages pages) {
        RadixTable room = new RadixTable(new TableSlab(tables), format);
        Invariants invariants = new Invariants(format);
        PageMarks atZap = marksAtZap ? new AtZap(pages.byNumber()) : null;
        return new TdpMmu(room, format, mmuLock, rcu, invariants, steps, keepsRoots, atZap);
    }

    private record AtZap(PagesByNumber pages) implements PageMarks {
        @Override
        public void markAccessed(Cpu cpu, int pfn) {
            pages.markAccessed(cpu, pfn);
        }

        @Override
        public void setDirty(Cpu cpu, int pfn) {
            pages.setDirty(cpu, pfn);
        }
    }
}
