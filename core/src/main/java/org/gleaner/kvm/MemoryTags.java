package org.gleaner.kvm;

import org.gleaner.kvm.mmu.ProtocolSteps;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.pfn.GuestPage;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;

/// Copies of the tags that arm64 keeps for a guest's pages, as a migration makes them
/// (`KVM_ARM_MTE_COPY_TAGS`).
///
/// The host's kernel reads or writes the tags of each page itself, by a page that it looks up and
/// gives back ([GuestPage]): dirty if tags were written, clean if they were read, unused if it is
/// no page of the host's own memory, which has no tags.
///
/// A write is seen by no dirty log. So there is none while any slot of the VM has one; and all is
/// done under `slots_lock`, so that no log begins in between.
public final class MemoryTags {
    /// Some slot is logged (`-EBUSY`).
    public static final int BUSY = -16;

    /// More than a call may copy (`-EINVAL`).
    public static final int INVALID = -22;

    /// No writable slot, no page, or the caller's buffer is not there (`-EFAULT`).
    public static final int FAULT = -14;

    private static final long MOST_BYTES = 1L << 31;

    private final VmSlots slots;
    private final DirtyLog log;
    private final GuestPage pages;
    private final UserPages host;
    private final ProtocolSteps steps;
    private final int pageShift;

    MemoryTags(VmSlots slots, DirtyLog log, GuestPage pages, UserPages host, SecondaryMmu mmu) {
        this.slots = slots;
        this.log = log;
        this.pages = pages;
        this.host = host;
        steps = mmu.steps;
        pageShift = mmu.tables.geometry.pageShift;
    }

    /// What copies the tags of one page between its frame and the caller's buffer.
    public interface OnePage {
        /// @param pfn the frame
        /// @param page of the call, counted from 0
        /// @return whether all could be copied
        boolean copy(Cpu cpu, int pfn, long page);
    }

    /// Writes the tags of `count` pages from `gfn` on. May sleep.
    ///
    /// @return bytes of guest memory whose tags were written, a multiple of a page, if any; else
    ///     [#BUSY], [#INVALID] or [#FAULT]
    public long copyToGuest(Cpu cpu, long gfn, long count, OnePage tags) {
        return copy(cpu, gfn, count, true, tags);
    }

    /// Reads them, logged or not.
    public long copyFromGuest(Cpu cpu, long gfn, long count, OnePage tags) {
        return copy(cpu, gfn, count, false, tags);
    }

    private long copy(Cpu cpu, long gfn, long count, boolean write, OnePage tags) {
        if (count < 0 || count > (MOST_BYTES >>> pageShift) - 1) {
            return INVALID;
        }
        if (!steps.tagsAskLocked() && isRefused(cpu, write)) {
            return BUSY;
        }
        long[] answer = new long[1];
        slots.alone(cpu, () -> answer[0] = copyLocked(cpu, gfn, count, write, tags));
        return answer[0];
    }

    private boolean isRefused(Cpu cpu, boolean write) {
        return write && steps.tagsAskForLogs() && log.isOn(cpu);
    }

    private long copyLocked(Cpu cpu, long gfn, long count, boolean write, OnePage tags) {
        if (steps.tagsAskLocked() && isRefused(cpu, write)) {
            return BUSY;
        }
        PageClaim claim = new PageClaim();
        for (long page = 0; page < count; page++) {
            if (!copy(cpu, gfn, page, write, tags, claim)) {
                return page == 0 ? FAULT : page << pageShift;
            }
        }
        return count << pageShift;
    }

    private boolean copy(
            Cpu cpu, long gfn, long page, boolean write, OnePage tags, PageClaim claim) {
        if (!pages.find(cpu, gfn + page, write, claim)) {
            return false;
        }
        if (!host.isOnline(cpu, claim)) {
            if (steps.putsOfflinePages()) {
                host.put(cpu, claim);
            }
            claim.free();
            return false;
        }
        boolean whole = tags.copy(cpu, claim.pfn(), page);
        if (write) {
            host.setDirty(cpu, claim);
        }
        host.markAccessed(cpu, claim);
        host.put(cpu, claim);
        return whole;
    }
}
