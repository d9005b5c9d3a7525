package org.gleaner.mm.gup;

import org.gleaner.mm.fault.FaultContext;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.space.AddressSpace;

/// Where secondary MMUs get pages from.
public final class PageSources {
    private final FaultContext host;
    private final GetUserPages gup;

    public PageSources(FaultContext host, PageFaults faults) {
        this.host = host;
        gup = new GetUserPages(host, faults);
    }

    /// For whoever wants a page once.
    public GetUserPages gup() {
        return gup;
    }

    /// An address space's pages as its secondary MMUs use them.
    public UserPages of(AddressSpace mm) {
        return new ProcessPages(host, mm, gup);
    }

    /// A file of `pages` pages that no process can map, for a secondary MMU of `mm`, whose cgroup
    /// pays for them.
    public InaccessiblePages newInaccessible(AddressSpace mm, int pages) {
        return new InaccessibleFilePages(host, host.objects().newInaccessible(pages), mm);
    }
}
