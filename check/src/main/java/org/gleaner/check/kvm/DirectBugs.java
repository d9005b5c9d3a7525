package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Variant;

/// Known ways to get the kernel's own uses of guest pages wrong.
public final class DirectBugs {
    private DirectBugs() {}

    public static final List<Variant> ALL =
            List.of(
                    new Variant(
                            "cache-sequence-late",
                            "a refresh reads the sequence number after its lookup",
                            "gfn_to_pfn_cache: hva_to_pfn_retry",
                            "cache-copy") {
                        @Override
                        public boolean cacheNotesSequenceFirst() {
                            return false;
                        }
                    },
                    new Variant(
                            "cache-active-not-asked",
                            "a refresh does not ask whether an invalidation is on its way",
                            "gfn_to_pfn_cache: mn_active_invalidate_count",
                            "cache-refresh") {
                        @Override
                        public boolean cacheAsksActive() {
                            return false;
                        }
                    },
                    new Variant(
                            "cache-told-first",
                            "an invalidation tells the caches before it announces itself",
                            "gfn_to_pfn_cache: order in kvm_mmu_notifier_invalidate_range_start",
                            "cache-refresh") {
                        @Override
                        public boolean announcesBeforeCaches() {
                            return false;
                        }
                    },
                    new Variant(
                            "cache-valid-unasked",
                            "a refresh makes the cache valid whatever has overtaken it",
                            "gfn_to_pfn_cache: hva_to_pfn_retry",
                            "cache-refresh") {
                        @Override
                        public boolean cacheAsksBeforeItIsValid() {
                            return false;
                        }
                    });
}
