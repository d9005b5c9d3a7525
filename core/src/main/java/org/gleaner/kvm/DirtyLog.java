package org.gleaner.kvm;

import java.util.Arrays;
import org.gleaner.kvm.mmu.DirtyBitmap;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.SetUp;
import org.gleaner.mm.gup.UserPages;

/// Which pages of a VM's slots the guest writes to (`KVM_GET_DIRTY_LOG`, `KVM_CLEAR_DIRTY_LOG`),
/// by write-protection.
///
/// ```
/// begin   slot with a bitmap published, readers waited for; huge leaves split, W off; flush
/// write   fast fault: W on, bit on                     (slow: bit on, leaf installed)
/// get     bits taken; W off for each; flush; then the caller sees the bits
/// end     slot without a bitmap published, readers waited for; leaves grow again, see [LogEnd]
/// ```
///
/// No write is lost: a bit is taken *before* the entry loses W, so a write in between has its bit
/// taken with the entry still to be protected, or sets it again for the next time. And nobody sees
/// the bits before the flush: a vCPU that has W cached writes, until then, to a page whose content
/// is still to be read.
///
/// With *manual protection* GET only copies; CLEAR takes what its caller is about to read. If the
/// bitmap is *initially set* as well, nothing is protected at the start: every page is dirty, and a
/// first CLEAR of it splits and protects.
///
/// All under `slots_lock`.
public final class DirtyLog {
    private final VmSlots slots;
    private final SecondaryMmu mmu;
    private final UserPages pages;
    private final Vcpus vcpus;
    @SetUp private boolean manual;
    @SetUp private boolean initiallySet;
    @SetUp private boolean splitsEagerly = true;

    DirtyLog(VmSlots slots, SecondaryMmu mmu, UserPages pages, Vcpus vcpus) {
        this.slots = slots;
        this.mmu = mmu;
        this.pages = pages;
        this.vcpus = vcpus;
    }

    /// `KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2`, before any log begins.
    ///
    /// @param fromAll the bitmap of a log that begins has every page
    public void protectManually(boolean fromAll) {
        manual = true;
        initiallySet = fromAll;
    }

    /// The parameter `eager_page_split`; on by default.
    public void splitEagerly(boolean eager) {
        splitsEagerly = eager;
    }

    /// Begins to log slot `id`; nothing if it is logged already.
    ///
    /// @throws IllegalArgumentException if there is no such slot
    public void begin(Cpu cpu, int id) {
        slots.relog(
                cpu,
                id,
                slot -> slot.log() != null ? slot : slot.withLog(newLog(slot)),
                (c, slot) -> {
                    if (!initiallySet) {
                        protect(c, slot);
                    }
                });
    }

    private DirtyBitmap newLog(Memslot slot) {
        return new DirtyBitmap(slot.baseGfn(), slot.pages(), initiallySet);
    }

    private void protect(Cpu cpu, Memslot slot) {
        mmu.invariants.zapBegins();
        mmu.mmuLock.readLock(cpu);
        if (splitsEagerly) {
            mmu.split(cpu, slot.baseGfn(), slot.endGfn());
        }
        mmu.writeProtect(cpu, slot.baseGfn(), slot.endGfn());
        mmu.mmuLock.readUnlock(cpu);
        vcpus.flushRemoteTlbs(cpu);
        mmu.invariants.zapFlushed();
    }

    /// Ends the log of slot `id`; nothing if it has none.
    ///
    /// @throws IllegalArgumentException if there is no such slot
    public void end(Cpu cpu, int id, LogEnd how) {
        slots.relog(
                cpu,
                id,
                slot -> slot.withLog(null),
                (c, slot) -> {
                    mmu.mmuLock.readLock(c);
                    mmu.recover(
                            c,
                            slot.baseGfn(),
                            slot.endGfn(),
                            how,
                            (p, gfn) ->
                                    Math.min(
                                            slot.mostLevel(gfn),
                                            pages.mappingLevel(p, slot.vpnOf(gfn))));
                    mmu.mmuLock.readUnlock(c);
                });
    }

    /// The pages of slot `id` that were written to, one bit each from the slot's first; without
    /// manual protection they count as clean from now on.
    ///
    /// @throws IllegalArgumentException if there is no such slot, or it is not logged (`-ENOENT`)
    public long[] get(Cpu cpu, int id) {
        long[][] answer = new long[1][];
        slots.with(
                cpu,
                id,
                (c, slot) -> {
                    DirtyBitmap log = logOf(slot);
                    answer[0] = new long[log.size()];
                    if (manual) {
                        Arrays.setAll(answer[0], k -> log.word(c, k));
                    } else {
                        long[] all = new long[log.size()];
                        Arrays.fill(all, -1);
                        take(c, slot, log, 0, all, answer[0]);
                    }
                });
        return answer[0];
    }

    /// Counts pages as clean: those of `bits` among the `count` from the slot's page `first` on.
    ///
    /// @param first a multiple of 64
    /// @param count a multiple of 64, or what is left of the slot
    /// @throws IllegalArgumentException if there is no such slot, it is not logged (`-ENOENT`), or
    ///     the range is not as it must be (`-EINVAL`)
    public void clear(Cpu cpu, int id, long first, long count, long[] bits) {
        long[] asked = bits.clone();
        slots.with(
                cpu,
                id,
                (c, slot) -> {
                    DirtyBitmap log = logOf(slot);
                    boolean toEnd = count == slot.pages() - first;
                    if ((first & 63) != 0
                            || first < 0
                            || count < 0
                            || first > slot.pages() - count
                            || (count & 63) != 0 && !toEnd
                            || asked.length != (count + 63) / 64) {
                        throw new IllegalArgumentException(
                                "pages %d to %d of memory slot %d are not whole words (-EINVAL)"
                                        .formatted(first, first + count, id));
                    }
                    take(c, slot, log, (int) (first >>> 6), asked, new long[asked.length]);
                });
    }

    private static DirtyBitmap logOf(Memslot slot) {
        DirtyBitmap log = slot.log();
        if (log == null) {
            throw new IllegalArgumentException(
                    "memory slot " + slot.id() + " has no dirty log (-ENOENT)");
        }
        return log;
    }

    /// Takes the bits of `asked` out of the log from word `first` on, and W from their pages;
    /// `taken` gets those that were set.
    private void take(
            Cpu cpu, Memslot slot, DirtyBitmap log, int first, long[] asked, long[] taken) {
        boolean any = false;
        mmu.invariants.zapBegins();
        if (initiallySet && splitsEagerly) {
            mmu.mmuLock.readLock(cpu);
            long from = slot.baseGfn() + 64L * first;
            mmu.split(cpu, from, Math.min(slot.endGfn(), from + 64L * asked.length));
            mmu.mmuLock.readUnlock(cpu);
        }
        mmu.mmuLock.writeLock(cpu);
        for (int k = 0; k < asked.length; k++) {
            long set = log.word(cpu, first + k) & asked[k];
            if (set == 0) {
                continue;
            }
            taken[k] = log.take(cpu, first + k, set);
            mmu.clearDirty(cpu, slot.baseGfn() + 64L * (first + k), taken[k]);
            any = true;
        }
        mmu.mmuLock.writeUnlock(cpu);
        if (any && mmu.steps.flushesAfterClear()) {
            vcpus.flushRemoteTlbs(cpu);
        }
        mmu.invariants.zapFlushed();
    }

    /// L1, when no vCPU runs: whatever may be written to without a fault is in the log.
    void check(Cpu cpu) {
        if (!Invariants.ARMED) {
            return;
        }
        for (Memslot slot : slots.active(cpu).all()) {
            DirtyBitmap log = slot.log();
            for (long gfn = slot.baseGfn(); log != null && gfn < slot.endGfn(); gfn++) {
                Invariants.logged(log.isDirty(cpu, gfn) || !mmu.mayWrite(cpu, gfn), gfn);
            }
        }
    }

    /// Huge leaves that were split ahead of writes.
    public long splits() {
        return mmu.splits();
    }

    /// Times that a walk of the log has let others have `mmu_lock`.
    public long yields() {
        return mmu.yields();
    }

    /// Tables that gave way when a log ended.
    public long recovered() {
        return mmu.recovered();
    }
}
