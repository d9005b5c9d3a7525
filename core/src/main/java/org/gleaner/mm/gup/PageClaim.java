package org.gleaner.mm.gup;

import org.gleaner.machine.OneCpu;
import org.gleaner.mm.fault.PageFaults;

/// What a lookup found, and what whoever asked now owes (`struct kvm_follow_pfn`'s outputs). One
/// for each asker, used again; a lookup fills it and never allocates.
///
/// ```
/// FREE --lookup--> OWNED   a reference on the page's folio: give it back exactly once
///                  PINNED  a pin (`FOLL_PIN`): the same
///                  RAW     a frame that nobody counts: there is no page to mark or to give back
///                  ERROR   nothing
/// OWNED, PINNED --[UserPages#put]--> FREE;   RAW, ERROR --> FREE, and nothing is owed
/// ```
@OneCpu
public final class PageClaim {
    /// What it is.
    public enum Kind {
        FREE,
        OWNED,
        PINNED,
        RAW,
        ERROR
    }

    /// No mapping, or it forbids the access (`KVM_PFN_ERR_FAULT`).
    public static final int FAULT = PageFaults.FAULT;

    /// No memory: the process was chosen by the OOM killer, or there is no page table. The kernel's
    /// answer is [#FAULT].
    public static final int NOMEM = PageFaults.NOMEM;

    /// The page's memory is broken (`KVM_PFN_ERR_HWPOISON`).
    public static final int HWPOISON = PageFaults.HWPOISON;

    /// A write to a frame that the host maps read-only (`KVM_PFN_ERR_RO_FAULT`).
    public static final int RO_FAULT = -30;

    /// A signal ended a sleep (`KVM_PFN_ERR_SIGPENDING`).
    public static final int SIGPENDING = -4;

    /// [Lookup#NOWAIT] was asked and the page is not there (`KVM_PFN_ERR_NEEDS_IO`).
    public static final int NEEDS_IO = -5;

    /// Nothing was found and nothing is wrong: try again (`-EAGAIN`).
    public static final int AGAIN = -11;

    /// For who maps guest pages: there is no slot (`KVM_PFN_NOSLOT`).
    public static final int NOSLOT = -2;

    private Kind kind = Kind.FREE;
    private int pfn = -1;
    private boolean writable;
    private int error;

    public Kind kind() {
        return kind;
    }

    /// Whether a page is owed back.
    public boolean isOwned() {
        return kind == Kind.OWNED || kind == Kind.PINNED;
    }

    /// The frame; -1 unless there is one.
    public int pfn() {
        return pfn;
    }

    /// The host maps it writable.
    public boolean writable() {
        return writable;
    }

    /// Why there is none; 0 if there is.
    public int error() {
        return error;
    }

    /// For who looks up: this page, with a reference (or a pin) that the asker now owns.
    public void own(Kind how, int page, boolean mapWritable) {
        set(how, page, mapWritable, 0);
    }

    /// For who looks up: this frame, of which nothing is owned.
    public void raw(int frame, boolean mapWritable) {
        set(Kind.RAW, frame, mapWritable, 0);
    }

    /// For who looks up: nothing, because of `why`.
    public void fail(int why) {
        set(Kind.ERROR, -1, false, why);
    }

    private void set(Kind next, int page, boolean mapWritable, int why) {
        assert !isOwned() : "page " + pfn + " is still owned when its owner asks for another";
        kind = next;
        pfn = page;
        writable = mapWritable;
        error = why;
    }

    /// For who takes a page back: it is owned no more. Raw frames and errors are owed nothing.
    public void free() {
        kind = Kind.FREE;
        pfn = -1;
        writable = false;
        error = 0;
    }
}
