package org.gleaner.kvm.pfn;

import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;

/// How KVM gets hold of the host's page behind a guest page, and what it tells the page: three
/// states of one series of patches.
///
/// | | before | v12 | merged |
/// |---|---|---|---|
/// | a frame that the host maps without a page's count | guess: take a reference unless the count is 0, else fail | none | none |
/// | who gives it back | whoever has the number, guessing again | the owner | the owner |
/// | the host says to try again (`-EAGAIN`) | as if there were no mapping | the same | as a signal |
/// | the kernel maps such a frame for itself | by the same guess | unless unsafe mappings are allowed, no | the same |
/// | it maps a page | referenced, always for writing | pinned, for writing or reading | the same |
/// | it asks for a frame that it does not keep | takes a reference, and gives it back used | gives it back unused | does not ask |
/// | it tells hardware where the APIC page is | gives the page back when it has dropped `mmu_lock` | before | before |
/// | a page mapped ahead of its use is released | clean | dirty | dirty |
/// | is the memory broken? | a second lookup | the same | the first one says so |
/// | a fault that retries marks its page accessed | yes | no | no |
/// | an entry passes on A and D that it is about to lose | yes | no | no |
public enum PfnDesign {
    /// Up to 6.12.
    BEFORE("before"),

    /// The twelfth posting of the series.
    V12("v12"),

    /// 6.13 and later.
    MERGED("merged");

    private final String id;

    PfnDesign(String id) {
        this.id = id;
    }

    /// Its name on the command line.
    public String id() {
        return id;
    }

    /// Whether a frame that nobody counts is taken for a page.
    boolean guesses() {
        return this == BEFORE;
    }

    /// A page that is mapped ahead of its use, writable, is released dirty.
    public boolean prefetchesDirty() {
        return this != BEFORE;
    }

    /// A fault that retries marks its page accessed all the same.
    boolean marksUnused() {
        return this == BEFORE;
    }

    /// What the kernel maps for itself is pinned, not referenced.
    boolean pinsMaps() {
        return this != BEFORE;
    }

    /// Whether the kernel asks for frames that it does not keep: is it of use to enter the guest
    /// again after an emulation has failed, and can the APIC page be had (`kvm_lookup_pfn`)?
    public boolean looksUpFrames() {
        return this != MERGED;
    }

    /// Whether the page behind the APIC is given back before `mmu_lock` is dropped.
    public boolean releasesApicPageLocked() {
        return this != BEFORE;
    }

    /// Whether a failed lookup is made again, to find out if the memory is broken
    /// (`check_user_page_hwpoison`).
    boolean looksTwice() {
        return this != MERGED;
    }

    /// An entry that is zapped, cleaned by the dirty log or made access-tracked passes what it had
    /// noted on to the page.
    public boolean marksFromEntries() {
        return this == BEFORE;
    }

    /// What the asker is told where the host says to try again.
    int onAgain(int how) {
        if (this == MERGED) {
            return PageClaim.SIGPENDING;
        }
        return (how & Lookup.NOWAIT) != 0 ? PageClaim.NEEDS_IO : PageClaim.FAULT;
    }
}
