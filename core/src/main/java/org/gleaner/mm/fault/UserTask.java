package org.gleaner.mm.fault;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.pte.LeafCache;
import org.gleaner.mm.pte.PrimaryTables;
import org.gleaner.mm.pte.Tlb;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.HardwareWalk;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// A process that touches its own memory: the CPU walks its page tables, sets accessed and dirty
/// bits, and faults.
///
/// Every access walks, so accessed bits are exact, unless the address space has a [Tlb].
public final class UserTask {
    /// Page number of an access.
    private static final int PAGE = 0x7fff_ffff;

    private final PageFaults faults;
    private final AddressSpace mm;
    private final Walk walk = new Walk();
    private final LeafCache leaves;
    private final @Nullable Tlb tlb;

    public UserTask(PageFaults faults, AddressSpace mm) {
        this.faults = faults;
        this.mm = mm;
        tlb = mm.tlb();
        leaves = new LeafCache(mm.tables(), mm.root());
    }

    /// One access to a page. Returns [PageFaults#DONE] or the error that stopped it.
    public int access(Cpu cpu, long vpn, boolean write) {
        Tlb kept = tlb;
        if (kept != null && kept.hits(vpn, write)) {
            return PageFaults.DONE;
        }
        int kind = write ? EntryFormat.WRITE : EntryFormat.READ;
        PrimaryTables tables = mm.tables();
        while (tables.touch(cpu, walk, mm.root(), vpn, kind) != HardwareWalk.HIT) {
            int error = faults.handle(cpu, mm, vpn, write);
            faults.returnToUser(cpu, mm);
            if (error != PageFaults.DONE) {
                return error;
            }
        }
        if (kept != null) {
            kept.fill(vpn, isQuiet(cpu, vpn, true));
        }
        return PageFaults.DONE;
    }

    /// Whether an access would find nothing to change in the page tables.
    private boolean isQuiet(Cpu cpu, long vpn, boolean write) {
        return mm.tables().isQuiet(cpu, mm.root(), vpn, write);
    }

    /// How far from `from` on, below `end`, accesses change nothing but what the TLB keeps.
    private int quiet(Cpu cpu, long base, int[] accesses, int from, int end) {
        Tlb kept = tlb;
        if (kept == null) {
            return leaves.quiet(cpu, base, accesses, from, end);
        }
        int at = from;
        for (; at < end; at++) {
            boolean write = accesses[at] < 0;
            long vpn = base + (accesses[at] & PAGE);
            if (!kept.hits(vpn, write)) {
                boolean dirty = isQuiet(cpu, vpn, true);
                if (!dirty && (write || !isQuiet(cpu, vpn, false))) {
                    break;
                }
                kept.fill(vpn, dirty);
            }
        }
        return at;
    }

    /// Runs `accesses[from..to)` against the region at `base`: page in bits 0 to 30, write in bit
    /// 31. Returns the index of the first access that failed, or `to`.
    ///
    /// Hits that need no change of an entry touch nothing shared, and are charged in one sum for as
    /// long as no other actor could act.
    public int run(Cpu cpu, long base, int[] accesses, int from, int to) {
        int at = from;
        while (at < to) {
            int fold = cpu.foldable(Cost.GUEST_HIT, to - at);
            int end = at + fold;
            int hits = at;
            at = quiet(cpu, base, accesses, at, end);
            cpu.charge(Cost.GUEST_HIT, at - hits);
            if (at < to) {
                cpu.step();
                int access = accesses[at];
                if (access(cpu, base + (access & PAGE), access < 0) != PageFaults.DONE) {
                    return at;
                }
                cpu.charge(Cost.GUEST_HIT);
                at++;
            }
        }
        return to;
    }
}
