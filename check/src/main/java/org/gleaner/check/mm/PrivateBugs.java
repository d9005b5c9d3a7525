package org.gleaner.check.mm;

import java.util.List;
import org.gleaner.check.program.Variant;

/// Known ways to get private guest memory wrong.
public final class PrivateBugs {
    private PrivateBugs() {}

    public static final List<Variant> ALL =
            List.of(
                    new Variant(
                            "hole-before-zap",
                            "pages are cut out of their file, and then taken from the guest",
                            "kvm_gmem_punch_hole: begin comes first",
                            "hole-write") {
                        @Override
                        public boolean zapsBeforeHole() {
                            return false;
                        }
                    },
                    new Variant(
                            "gate-opens-before-hole",
                            "faults may install pages again before those are cut out",
                            "kvm_gmem_punch_hole: end comes last",
                            "hole-write",
                            "hole-fault") {
                        @Override
                        public boolean cutsBeforeGateOpens() {
                            return false;
                        }
                    },
                    new Variant(
                            "hole-not-asked",
                            "a fault on a private page asks the gate without the lock only",
                            "is_page_fault_stale, for guest_memfd as for any page",
                            "hole-fault") {
                        @Override
                        public boolean asksTheGateLocked() {
                            return false;
                        }
                    },
                    new Variant(
                            "attribute-asked-once",
                            "whether a page is private is asked before the sequence number only",
                            "kvm_mmu_faultin_pfn: fault->is_private against the attribute",
                            "convert-fault") {
                        @Override
                        public boolean asksAttributeAgain() {
                            return false;
                        }
                    });
}
