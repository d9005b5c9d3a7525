package org.gleaner.kvm.x86;

import org.gleaner.kvm.mmu.PageMarks;
import org.gleaner.kvm.mmu.PageMarks.Cause;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.jspecify.annotations.Nullable;

/// What leaves tell the host's pages as they change, page by page: on kernels before 6.13 whatever
/// an entry is about to lose, since then nothing. What a mark takes is part of what a zap is
/// charged for ([Cost#MMU_AGE_GFN]); elsewhere it is charged by itself.
final class LeafMarks {
    private final SpteFormat format;
    private final @Nullable PageMarks marks;

    LeafMarks(SpteFormat format, @Nullable PageMarks marks) {
        this.format = format;
        this.marks = marks;
    }

    /// A leaf is gone (`handle_changed_spte`).
    void zapped(Cpu cpu, long leaf, int level) {
        if (marks == null) {
            return;
        }
        int first = (int) format.pfn(leaf);
        for (int pfn = first; pfn < first + SpteFormat.GEOMETRY.pages(level); pfn++) {
            if (format.isAccessed(leaf)) {
                marks.markAccessed(cpu, pfn);
            }
            if (format.isDirty(leaf)) {
                marks.setDirty(cpu, pfn, Cause.ZAP);
            }
        }
    }

    /// A leaf has lost W because the log was read (`clear_dirty_pt_masked`).
    void cleared(Cpu cpu, long leaf, int level) {
        setDirty(cpu, leaf, level, Cause.CLEAR_DIRTY);
    }

    /// A leaf has lost W because a log begins (`wrprot_gfn_range`): without a D bit, W is what says
    /// that it was written to.
    void writeProtected(Cpu cpu, long leaf, int level) {
        if (!format.isAdEnabled(leaf)) {
            setDirty(cpu, leaf, level, Cause.CLEAR_DIRTY);
        }
    }

    /// A leaf has become old; if that has made it access-tracked, its W is gone. `mmu_lock` is
    /// held: without it the page may be nobody's by now, so designs that age without it pass
    /// nothing on.
    void aged(Cpu cpu, long leaf, int level) {
        if (!format.isAdEnabled(leaf) && format.isWritable(leaf)) {
            setDirty(cpu, leaf, level, Cause.AGE);
        }
    }

    private void setDirty(Cpu cpu, long leaf, int level, Cause cause) {
        if (marks == null) {
            return;
        }
        int first = (int) format.pfn(leaf);
        for (int pfn = first; pfn < first + SpteFormat.GEOMETRY.pages(level); pfn++) {
            marks.setDirty(cpu, pfn, cause);
        }
        cpu.charge(Cost.LINE_LOCAL_RMW, SpteFormat.GEOMETRY.pages(level));
    }
}
