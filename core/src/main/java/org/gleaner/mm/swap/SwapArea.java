package org.gleaner.mm.swap;

import java.util.Arrays;
import org.gleaner.machine.Capacity;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Word;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.version.KernelVersion;

/// Slots of the swap device with what is known about each: who maps it, what is in its cache, and
/// the shadow of the folio that was there (`swap_map` and the swap cache in one word).
///
/// ```
/// bits 0..15  mappings that hold a swap entry for the slot
/// bit 16      cache: the slot belongs to a folio, or a swap-in of it is under way
/// bit 17      the payload is a pfn; else a shadow, or 0
/// bits 18..63 payload
/// ```
///
/// The kernel's count of a slot is a byte that goes on elsewhere (`SWAP_MAP_MAX`, continuations).
/// This one has room for 49,151 mappings; beyond that it is stuck, as a folio's counts are, and the
/// slot is never freed.
///
/// A slot is free when the word is 0; its last user frees it. All transitions are compare-and-swap,
/// so a racing swap-in of the same slot loses [#tryReserveCache] and tries again.
///
/// Slots are handed out from clusters: a CPU fills its own cluster front to back, so that
/// pages evicted together lie together. A cluster has memory while a slot of it is in use. Who
/// still names a slot that is free reads 0, in the memory that the cluster had or in [#nothing],
/// and does no harm: nobody changes a word of which it read that it is 0.
public final class SwapArea {
    private static final long COUNT_MASK = 0xffff;
    private static final long STUCK = 0xc000;
    private static final long CACHE = 1 << 16;
    private static final long FOLIO = 1 << 17;
    private static final int PAYLOAD_SHIFT = 18;

    /// Bits of a shadow.
    public static final int SHADOW_BITS = Long.SIZE - PAYLOAD_SHIFT;

    private final SwapDevice device;
    private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.SWAP_LOCK);

    /// Words of a cluster without memory. Never written: nobody has a slot of it.
    private final long[] nothing;

    private final byte[] nobody;

    /// Slots of a cluster: one for each page of a large folio (`SWAPFILE_CLUSTER`).
    private final int cluster;

    private final int clusterShift;

    /// Slots that an area can have: 4 TiB.
    public static final int MOST_SLOTS = 1 << 30;

    private final int size;

    /// By cluster, which changes under [#lock]. Who has a slot has seen its cluster's.
    @Guarded("swap_lock")
    private final long[][] slots;

    /// By slot, the cgroup whose page went there (`swap_cgroup`); written before the slot is
    /// published.
    @Guarded("swap_lock")
    private final byte[][] owners;

    private final Accounts accounts;
    private final ZramMemory memory;
    private final SlotClusters clusters;
    private final SlotReturns returns;
    private final Word free;

    /// What cgroups have in swap. A cgroup is named by its id.
    public interface Accounts {
        /// Charges a cgroup for slots; false if it may not have them.
        boolean tryCharge(Cpu cpu, int memcg, int pages);

        /// The slots that a cgroup was charged for are not there.
        void cancel(Cpu cpu, int memcg, int pages);

        /// A cgroup has a slot less.
        void uncharge(Cpu cpu, int memcg);
    }

    /// Room for `size` pages on `device`, which keeps them in `memory`.
    ///
    /// @throws IllegalArgumentException if there are more than [#MOST_SLOTS]
    public SwapArea(
            SwapDevice device,
            PageSize page,
            int size,
            ZramMemory memory,
            KernelVersion kernel,
            int maxCpus,
            Accounts accounts) {
        this.device = device;
        this.memory = memory;
        this.accounts = accounts;
        this.size = Capacity.check("swap slots", size, 0, MOST_SLOTS);
        clusterShift = page.hugeOrder();
        cluster = page.hugePages();
        nothing = new long[cluster];
        nobody = new byte[cluster];
        slots = new long[Math.ceilDiv(size, cluster)][];
        owners = new byte[slots.length][];
        Arrays.fill(slots, nothing);
        Arrays.fill(owners, nobody);
        clusters = new SlotClusters(size, cluster, kernel, maxCpus);
        returns = new SlotReturns(accounts, kernel, maxCpus);
        free = new Word(size);
    }

    public SwapDevice device() {
        return device;
    }

    /// What the device keeps pages in, if that is memory.
    public ZramMemory memory() {
        return memory;
    }

    /// Somebody has gone or is about to: those who stay need no more than `pages` frames of
    /// [#memory] at most.
    public void lowerNeed(Cpu cpu, long pages) {
        memory.lowerNeed(cpu, pages);
        fit(cpu, free());
    }

    private long[] words(int slot) {
        return slots[slot >>> clusterShift];
    }

    private int index(int slot) {
        return slot & cluster - 1;
    }

    /// The lock is held.
    private void provide(int of) {
        if (slots[of] == nothing) {
            owners[of] = new byte[cluster];
            slots[of] = new long[cluster];
        }
    }

    /// Slots in all.
    public int size() {
        return size;
    }

    /// Slots not in use; a racy hint.
    public long free() {
        return free.snapshot();
    }

    /// `vm_swap_full`: less than half of the slots are free, so cached slots are given up early.
    public boolean isFull() {
        return free() * 2 < size;
    }

    /// Takes a free slot for a folio of a cgroup that enters the swap cache, or returns -1 if there
    /// is none or the cgroup may not have it.
    public int allocate(Cpu cpu, int pfn, int memcg) {
        cpu.charge(Cost.SWAP_SLOT);
        if (!accounts.tryCharge(cpu, memcg, 1)) {
            return -1;
        }
        lock.lock(cpu);
        int slot = clusters.take(cpu.id);
        if (slot >= 0) {
            provide(slot >>> clusterShift);
        }
        lock.unlock(cpu);
        if (slot >= 0) {
            fit(cpu, cpu.fetchAdd(free, -1) - 1);
            owners[slot >>> clusterShift][index(slot)] = (byte) memcg;
            cpu.store(words(slot), index(slot), CACHE | FOLIO | (long) pfn << PAYLOAD_SHIFT);
        } else {
            accounts.cancel(cpu, memcg, 1);
        }
        return slot;
    }

    /// As [#allocate], a whole cluster for a folio of as many pages, each with a slot of its own.
    /// Returns the first, or -1 if no cluster is unused.
    public int allocateCluster(Cpu cpu, int pfn, int memcg) {
        cpu.charge(Cost.SWAP_SLOT);
        if (!accounts.tryCharge(cpu, memcg, cluster)) {
            return -1;
        }
        lock.lock(cpu);
        int first = clusters.takeCluster();
        if (first >= 0) {
            provide(first >>> clusterShift);
        }
        lock.unlock(cpu);
        if (first >= 0) {
            fit(cpu, cpu.fetchAdd(free, -cluster) - cluster);
            for (int i = 0; i < cluster; i++) {
                owners[first >>> clusterShift][i] = (byte) memcg;
                cpu.store(words(first), i, CACHE | FOLIO | (long) (pfn + i) << PAYLOAD_SHIFT);
            }
        } else {
            accounts.cancel(cpu, memcg, cluster);
        }
        return first;
    }

    /// Id of the cgroup that is charged for the page of a slot when it comes back.
    public int owner(int slot) {
        return owners[slot >>> clusterShift][index(slot)] & 0xff;
    }

    /// The page cached for a slot, or -1.
    public int cached(Cpu cpu, int slot) {
        long word = cpu.load(words(slot), index(slot));
        return (word & FOLIO) != 0 ? (int) (word >>> PAYLOAD_SHIFT) : -1;
    }

    /// What is known about a slot, as a debugger would see it.
    ///
    /// @param mappings swap entries that point to it
    /// @param cache whether a folio or a swap-in has hold of it
    /// @param pfn that folio, or -1
    /// @param taken whether it has been handed out
    public record Slot(int mappings, boolean cache, int pfn, boolean taken) {}

    /// A slot without a step. For checks of a host at rest.
    public Slot peek(Cpu cpu, int slot) {
        long word = cpu.peek(words(slot), index(slot));
        int pfn = (word & FOLIO) != 0 ? (int) (word >>> PAYLOAD_SHIFT) : -1;
        return new Slot((int) (word & COUNT_MASK), (word & CACHE) != 0, pfn, clusters.isUsed(slot));
    }

    /// Swap entries that point to the slot.
    public int mappings(Cpu cpu, int slot) {
        return (int) (cpu.load(words(slot), index(slot)) & COUNT_MASK);
    }

    /// The shadow of the folio that was evicted to the slot, or 0.
    public long shadow(Cpu cpu, int slot) {
        long word = cpu.load(words(slot), index(slot));
        return (word & FOLIO) != 0 ? 0 : word >>> PAYLOAD_SHIFT;
    }

    /// One more swap entry points to the slot (`swap_duplicate`).
    public void duplicate(Cpu cpu, int slot) {
        long old = cpu.fetchAdd(words(slot), index(slot), 1);
        assert old != 0 : "swap count of slot " + slot;
        isStuck(cpu, slot, old);
    }

    /// Whether the count is stuck, having put it back if so.
    private boolean isStuck(Cpu cpu, int slot, long old) {
        boolean stuck = (old & COUNT_MASK) >= STUCK;
        for (boolean done = !stuck; !done; ) {
            long word = cpu.load(words(slot), index(slot));
            long back = word & ~COUNT_MASK | STUCK + (STUCK >> 3);
            done = cpu.cas(words(slot), index(slot), word, back);
        }
        return stuck;
    }

    /// One swap entry less; frees the slot if nothing else holds it (`swap_free`). Returns the
    /// folio, or page of one, that only the cache of the slot knows now, or -1.
    public int release(Cpu cpu, int slot) {
        long old = cpu.fetchAdd(words(slot), index(slot), -1);
        assert (old & COUNT_MASK) > 0 : "swap slot " + slot + " freed twice";
        if (!isStuck(cpu, slot, old) && (old & (COUNT_MASK | CACHE)) == 1) {
            free(cpu, slot);
        }
        return (old & (COUNT_MASK | FOLIO)) == (1 | FOLIO) ? (int) (old >>> PAYLOAD_SHIFT) : -1;
    }

    /// Claims the cache of a slot for a swap-in (`swapcache_prepare`); false if somebody else has
    /// it, or the slot is gone.
    public boolean tryReserveCache(Cpu cpu, int slot) {
        for (; ; ) {
            long old = cpu.load(words(slot), index(slot));
            if ((old & CACHE) != 0 || (old & COUNT_MASK) == 0) {
                return false;
            }
            if (cpu.cas(words(slot), index(slot), old, old | CACHE)) {
                return true;
            }
        }
    }

    /// Gives up a claim without having used it; whatever the slot remembers stays.
    public void unreserve(Cpu cpu, int slot) {
        for (; ; ) {
            long old = cpu.load(words(slot), index(slot));
            assert (old & (CACHE | FOLIO)) == CACHE : "swap slot " + slot + " not claimed";
            if (cpu.cas(words(slot), index(slot), old, old & ~CACHE)) {
                if ((old & COUNT_MASK) == 0) {
                    free(cpu, slot);
                }
                return;
            }
        }
    }

    /// Puts a folio into the cache of a slot that was claimed; returns the shadow that was there,
    /// or 0.
    public long addToCache(Cpu cpu, int slot, int pfn) {
        for (; ; ) {
            long old = cpu.load(words(slot), index(slot));
            assert (old & (CACHE | FOLIO)) == CACHE : "swap slot " + slot + " not claimed";
            long neu = old & COUNT_MASK | CACHE | FOLIO | (long) pfn << PAYLOAD_SHIFT;
            if (cpu.cas(words(slot), index(slot), old, neu)) {
                return old >>> PAYLOAD_SHIFT;
            }
        }
    }

    /// Ends a folio's or a swap-in's hold on the slot and leaves `shadow` (0 for none); frees the
    /// slot if no entry points to it any more (`delete_from_swap_cache`, `swapcache_clear`).
    public void removeFromCache(Cpu cpu, int slot, long shadow) {
        for (; ; ) {
            long old = cpu.load(words(slot), index(slot));
            assert (old & CACHE) != 0 : "swap slot " + slot + " has no cache";
            long neu = old & COUNT_MASK | shadow << PAYLOAD_SHIFT;
            if (cpu.cas(words(slot), index(slot), old, neu)) {
                if ((neu & COUNT_MASK) == 0) {
                    free(cpu, slot);
                }
                return;
            }
        }
    }

    /// Ends the hold of a swap-in that bypassed the cache, together with its swap entry.
    public void releaseReserved(Cpu cpu, int slot) {
        for (; ; ) {
            long old = cpu.load(words(slot), index(slot));
            assert (old & (CACHE | FOLIO)) == CACHE : "swap slot " + slot + " not claimed";
            long count = (old & COUNT_MASK) - ((old & COUNT_MASK) >= STUCK ? 0 : 1);
            long neu = count == 0 ? 0 : old & ~(CACHE | COUNT_MASK) | count;
            if (cpu.cas(words(slot), index(slot), old, neu)) {
                if (count == 0) {
                    free(cpu, slot);
                }
                return;
            }
        }
    }

    private void free(Cpu cpu, int slot) {
        cpu.charge(Cost.SWAP_SLOT);
        cpu.store(words(slot), index(slot), 0);
        device.discard(cpu, slot);
        returns.free(cpu, owner(slot));
        lock.lock(cpu);
        if (clusters.giveBack(slot)) {
            slots[slot >>> clusterShift] = nothing;
            owners[slot >>> clusterShift] = nobody;
        }
        lock.unlock(cpu);
        fit(cpu, cpu.fetchAdd(free, 1) + 1);
    }

    private void fit(Cpu cpu, long unused) {
        memory.fit(cpu, size - unused);
    }
}
