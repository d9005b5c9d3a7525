package org.gleaner.kvm;

import org.gleaner.kvm.mmu.DirtyBitmap;
import org.gleaner.kvm.pfn.GuestMemfdRange;
import org.gleaner.machine.Capacity;
import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;
import org.jspecify.annotations.Nullable;

/// One memory slot (`struct kvm_memory_slot`): guest pages backed by a range of the host's address
/// space.
///
/// @param id unique in the VM
/// @param baseGfn first guest page
/// @param pages number of 4 KiB pages, at least 1
/// @param vpn first host virtual page; several slots may have the same
/// @param readOnly guest writes leave the guest (`KVM_MEM_READONLY`)
/// @param invalid the slot is being deleted: faults on it retry (`KVM_MEMSLOT_INVALID`)
/// @param log its dirty log; null while it has none (`KVM_MEM_LOG_DIRTY_PAGES`)
/// @param exits a fault on what is not there to be used at once leaves the guest, and user space
///     sees to it (`KVM_MEM_EXIT_ON_MISSING`, a proposal of 2023)
/// @param file what backs its private pages; null if it has none (`KVM_MEM_GUEST_MEMFD`)
public record Memslot(
        int id,
        long baseGfn,
        long pages,
        long vpn,
        boolean readOnly,
        boolean invalid,
        boolean exits,
        @Nullable DirtyBitmap log,
        @Nullable GuestMemfdRange file) {
    /// A slot without a dirty log and private pages, whose faults do all they can.
    public Memslot(int id, long baseGfn, long pages, long vpn, boolean readOnly, boolean invalid) {
        this(id, baseGfn, pages, vpn, readOnly, invalid, false, null, null);
    }

    public Memslot {
        Capacity.check("pages of memory slot " + id, pages, 1, Geometry.MOST_KEYS);
        Capacity.check("gfn of memory slot " + id, baseGfn, 0, Geometry.MOST_KEYS - pages);
        Capacity.check("host page of memory slot " + id, vpn, 0, Geometry.MOST_KEYS - pages);
    }

    public long endGfn() {
        return baseGfn + pages;
    }

    public long endVpn() {
        return vpn + pages;
    }

    /// The host page behind a guest page of this slot.
    public long vpnOf(long gfn) {
        return vpn + (gfn - baseGfn);
    }

    /// The guest page of a host page; extrapolated linearly if that lies outside the slot.
    public long gfnOf(long hostPage) {
        return baseGfn + (hostPage - vpn);
    }

    /// The highest level up to `most` at which a leaf may map `gfn` (`lpage_info`): all that the
    /// leaf maps must lie in the slot, and be aligned alike in guest and host.
    int mostLevel(Geometry geometry, int most, long gfn) {
        for (int level = most; level > RadixTable.LEVEL_4K; level--) {
            long first = geometry.alignDown(gfn, level);
            long pages = geometry.pages(level);
            if ((baseGfn - vpn & pages - 1) == 0 && first >= baseGfn && first + pages <= endGfn()) {
                return level;
            }
        }
        return RadixTable.LEVEL_4K;
    }

    Memslot invalidated() {
        return new Memslot(id, baseGfn, pages, vpn, readOnly, true, exits, log, file);
    }

    /// The same slot with another dirty log, or none.
    Memslot withLog(@Nullable DirtyBitmap other) {
        return new Memslot(id, baseGfn, pages, vpn, readOnly, invalid, exits, other, file);
    }

    /// Whether no page of it comes from the host's address space.
    boolean isHostless() {
        return file != null && file.hostless();
    }

    /// Ties its pages to its file, if it has one.
    ///
    /// @throws IllegalArgumentException as [org.gleaner.kvm.pfn.GuestMemfd#bind]
    void bind(Cpu cpu) {
        if (file != null) {
            file.file().bind(cpu, file);
        }
    }

    void unbind(Cpu cpu) {
        if (file != null) {
            file.file().unbind(cpu, file);
        }
    }
}
