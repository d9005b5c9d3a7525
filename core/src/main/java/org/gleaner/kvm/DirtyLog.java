package org.gleaner.kvm;

import java.util.Arrays;
import org.gleaner.kvm.arch.Upkeep;
import org.gleaner.kvm.mmu.CpuDirtyLog;
import org.gleaner.kvm.mmu.DirtyBitmap;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.LockMode;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.SetUp;
import org.gleaner.machine.Srcu;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;

/// Which pages of a VM's slots the guest writes to (`KVM_GET_DIRTY_LOG`, `KVM_CLEAR_DIRTY_LOG`),
/// by write-protection, or by what hardware notes itself ([CpuDirtyLog]).
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
/// Where hardware notes, an entry of 4 KiB loses D instead of W; the page is noted when D is set
/// again, and marked when the vCPU exits. Before bits are looked at all vCPUs are made to.
///
/// All under `slots_lock`.
public final class DirtyLog {
    private final Srcu srcu;
    private final VmSlots slots;
    private final SecondaryMmu mmu;
    private final VmConfig config;
    private final LockMode protectLock;
    private final int mostLevel;
    private final Upkeep.EagerSplit eager;
    private final UserPages pages;
    private final Vcpus vcpus;

    /// vCPUs' hardware notes what they write to, by 4 KiB.
    private final boolean pml;

    @SetUp private boolean manual;
    @SetUp private boolean initiallySet;

    /// Splits go on in chunks as large as a leaf of this level; 0 if there are none.
    @SetUp private int chunkLevel;

    DirtyLog(
            Srcu srcu,
            VmSlots slots,
            SecondaryMmu mmu,
            UserPages pages,
            Vcpus vcpus,
            VmConfig config) {
        this.srcu = srcu;
        this.config = config;
        pml = config.pml();
        protectLock = config.architecture().locks().writeProtect();
        eager = config.architecture().upkeep().eager();
        splitEagerly(eager == Upkeep.EagerSplit.BEFORE_PROTECTION);
        mostLevel = config.architecture().mostLeafLevel(mmu.tables.geometry);
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

    /// Whether huge leaves are split ahead of writes: x86's parameter `eager_page_split`, and a
    /// chunk of arm64's smallest block. By default as the architecture says.
    public void splitEagerly(boolean splits) {
        chunkLevel = splits ? RadixTable.LEVEL_2M : 0;
    }

    /// `KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE`: splits go on in chunks of `bytes`; 0 for none.
    ///
    /// @throws IllegalArgumentException if it is no size of a block, there are no such chunks, or
    ///     the VM has slots already (`-EINVAL`)
    public void splitInChunks(Cpu cpu, long bytes) {
        Geometry geometry = mmu.tables.geometry;
        int level = bytes == 0 ? 0 : RadixTable.LEVEL_2M;
        while (level > 0 && level < mostLevel && geometry.bytes(level) < bytes) {
            level++;
        }
        boolean isBlock = level == 0 || level <= mostLevel && geometry.bytes(level) == bytes;
        boolean early = slots.active(cpu).all().isEmpty();
        if (eager != Upkeep.EagerSplit.AFTER_FLUSH || !isBlock || !early) {
            throw new IllegalArgumentException(
                    "-EINVAL: %s"
                            .formatted(
                                    !isBlock
                                            ? bytes + " bytes are no block of this processor"
                                            : early
                                                    ? "this processor splits without chunks"
                                                    : "the VM has memory slots already"));
        }
        chunkLevel = level;
    }

    /// Begins to log slot `id`; nothing if it is logged already.
    ///
    /// @throws IllegalArgumentException if there is no such slot, or it cannot be logged
    public void begin(Cpu cpu, int id) {
        slots.relog(
                cpu,
                id,
                slot -> slot.log() != null ? slot : slot.withLog(newLog(loggable(slot))),
                (c, slot) -> {
                    count(c, 1);
                    if (!initiallySet) {
                        protect(c, slot);
                    }
                });
    }

    private Memslot loggable(Memslot slot) {
        config.checkOpen("memory of a protected guest is not logged");
        if (slot.file() != null) {
            throw new IllegalArgumentException(
                    "-EINVAL: memory slot " + slot.id() + " has private pages and is not logged");
        }
        return slot;
    }

    /// Has all vCPUs begin to note in hardware with the first log, and end with the last.
    private void count(Cpu cpu, int more) {
        if (pml && logs(cpu) == (more > 0 ? 1 : 0)) {
            vcpus.request(cpu, VcpuRequests.UPDATE_DIRTY_LOGGING);
        }
    }

    private long logs(Cpu cpu) {
        return slots.active(cpu).all().stream().filter(slot -> slot.log() != null).count();
    }

    /// Whether any slot has a log.
    boolean isOn(Cpu cpu) {
        return logs(cpu) > 0;
    }

    /// Marks what a vCPU's hardware has noted, oldest first, and empties it; at every exit
    /// (`vmx_flush_pml_buffer`). Returns how many entries there were.
    int take(Cpu cpu, CpuDirtyLog notes) {
        int section = srcu.readLock(cpu);
        Memslots active = slots.active(cpu);
        Memslot slot = null;
        int n = 0;
        for (long gfn = notes.entry(0); gfn >= 0; gfn = notes.entry(++n)) {
            if (slot == null || gfn < slot.baseGfn() || gfn >= slot.endGfn()) {
                slot = active.find(gfn);
            }
            DirtyBitmap log = slot == null ? null : slot.log();
            if (log != null && mmu.steps.marksNotes()) {
                log.mark(cpu, gfn);
            }
        }
        srcu.readUnlock(cpu, section);
        notes.reset();
        return n;
    }

    /// Has what vCPUs' hardware has noted so far marked (`kvm_arch_sync_dirty_log`): whoever is in
    /// the guest leaves it.
    private void sync(Cpu cpu) {
        if (pml) {
            vcpus.request(cpu, VcpuRequests.KICK);
        }
    }

    private DirtyBitmap newLog(Memslot slot) {
        return new DirtyBitmap(slot.baseGfn(), slot.pages(), initiallySet);
    }

    private void protect(Cpu cpu, Memslot slot) {
        mmu.invariants.zapBegins();
        protectLock.lock(cpu, mmu.mmuLock);
        if (splits(Upkeep.EagerSplit.BEFORE_PROTECTION)) {
            mmu.split(cpu, slot.baseGfn(), slot.endGfn(), chunkLevel);
        }
        mmu.writeProtect(cpu, slot.baseGfn(), slot.endGfn());
        protectLock.unlock(cpu, mmu.mmuLock);
        vcpus.flushRemoteTlbs(cpu);
        mmu.invariants.zapFlushed();
        if (splits(Upkeep.EagerSplit.AFTER_FLUSH)) {
            protectLock.lock(cpu, mmu.mmuLock);
            mmu.split(cpu, slot.baseGfn(), slot.endGfn(), chunkLevel);
            protectLock.unlock(cpu, mmu.mmuLock);
        }
    }

    private boolean splits(Upkeep.EagerSplit when) {
        return chunkLevel > 0 && eager == when;
    }

    /// Ends the log of slot `id`; nothing if it has none.
    ///
    /// @throws IllegalArgumentException if there is no such slot
    public void end(Cpu cpu, int id, LogEnd how) {
        if (!mmu.steps.endsLogFirst()) {
            slots.with(cpu, id, (c, slot) -> recover(c, slot, how));
        }
        slots.relog(
                cpu,
                id,
                slot -> slot.withLog(null),
                (c, slot) -> {
                    count(c, -1);
                    recover(c, slot, how);
                });
    }

    private void recover(Cpu cpu, Memslot slot, LogEnd how) {
        Invariants.recovers(slot.log() == null, slot.id());
        mmu.mmuLock.readLock(cpu);
        mmu.recover(
                cpu,
                slot.baseGfn(),
                slot.endGfn(),
                how,
                (c, gfn) ->
                        Math.min(
                                slot.mostLevel(mmu.tables.geometry, mostLevel, gfn),
                                pages.mappingLevel(c, slot.vpnOf(gfn))));
        mmu.mmuLock.readUnlock(cpu);
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
                    sync(c);
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
                    sync(c);
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
        if (initiallySet && splits(Upkeep.EagerSplit.BEFORE_PROTECTION)) {
            mmu.mmuLock.readLock(cpu);
            long from = slot.baseGfn() + 64L * first;
            long to = Math.min(slot.endGfn(), from + 64L * asked.length);
            mmu.split(cpu, from, to, chunkLevel);
            mmu.mmuLock.readUnlock(cpu);
        }
        mmu.mmuLock.writeLock(cpu);
        for (int k = 0; k < asked.length; k++) {
            long set = log.word(cpu, first + k) & asked[k];
            if (set == 0) {
                continue;
            }
            long gfn = slot.baseGfn() + 64L * (first + k);
            if (mmu.steps.takesBitsFirst()) {
                taken[k] = log.take(cpu, first + k, set);
                mmu.clearDirty(cpu, gfn, taken[k]);
            } else {
                mmu.clearDirty(cpu, gfn, set);
                taken[k] = log.take(cpu, first + k, set);
            }
            if (initiallySet && splits(Upkeep.EagerSplit.AFTER_FLUSH)) {
                mmu.split(cpu, gfn, Math.min(slot.endGfn(), gfn + 64), chunkLevel);
            }
            any = true;
        }
        mmu.mmuLock.writeUnlock(cpu);
        if (any && mmu.steps.flushesAfterClear()) {
            vcpus.flushRemoteTlbs(cpu);
        }
        mmu.invariants.zapFlushed();
    }

    /// L1, L2 and L3, when no vCPU runs.
    public void check(Cpu cpu) {
        if (!Invariants.ARMED) {
            return;
        }
        for (Memslot slot : slots.active(cpu).all()) {
            DirtyBitmap log = slot.log();
            for (long gfn = slot.baseGfn(); log != null && gfn < slot.endGfn(); gfn++) {
                boolean dirty = log.isDirty(cpu, gfn);
                int level = mmu.unseenWriteLevel(cpu, gfn);
                Invariants.small(level < RadixTable.LEVEL_2M || initiallySet && dirty, gfn);
                Invariants.logged(dirty || level == 0, pml, gfn);
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
