package org.gleaner.kvm;

import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.mm.aging.AgingDesign;

/// The release of Linux whose KVM a VM runs on, as far as its second stage differs.
///
/// @param major of 6.12: 6
/// @param minor of 6.12: 12
public record KvmRelease(int major, int minor) {
    /// The kernel that has a design; for one that none has, the kernel that it was posted for.
    public static KvmRelease of(AgingDesign design) {
        return forName(design.release());
    }

    /// The release `name`, such as `6.12`.
    public static KvmRelease forName(String name) {
        String[] parts = name.split("\\.");
        return new KvmRelease(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    /// The MMU itself holds a reference to each valid root, so that it outlives its vCPUs.
    public boolean keepsRoots() {
        return isFrom(6, 4);
    }

    /// How it gets hold of the host's pages.
    public PfnDesign pfn() {
        return isFrom(6, 13) ? PfnDesign.MERGED : PfnDesign.BEFORE;
    }

    private boolean isFrom(int otherMajor, int otherMinor) {
        return major > otherMajor || major == otherMajor && minor >= otherMinor;
    }
}
