package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.VmConfig;
import org.gleaner.kvm.pfn.PfnDesign;

/// Known ways to get the ownership of a guest's host pages wrong.
public final class PfnBugs {
    private PfnBugs() {}

    /// As kernels before 6.13 were.
    private static class Guess extends Variant {
        Guess(String name, String what, String source, String program) {
            super(name, what, source, program);
        }

        @Override
        public VmConfig config(VmConfig config) {
            return super.config(config).withPfn(PfnDesign.BEFORE);
        }
    }

    public static final List<Variant> ALL =
            List.of(
                    new Variant(
                            "marks-after-put",
                            "a page is given back under mmu_lock and marked after it, by number",
                            "pfn series, patches 68-69: MIPS before 6.13",
                            "mark-evict") {
                        @Override
                        public boolean marksOwned() {
                            return false;
                        }
                    },
                    new Variant(
                            "prefetch-gate-not-asked",
                            "pages are mapped ahead while an invalidation is under way",
                            "direct_pte_prefetch: mmu_invalidate_in_progress",
                            "prefetch-evict") {
                        @Override
                        public boolean prefetchAsksTheGate() {
                            return false;
                        }
                    },
                    new Variant(
                            "prefetch-clean",
                            "a page that was mapped ahead and writable is released clean",
                            "pfn series, patches 38 and 41",
                            "prefetch-evict") {
                        @Override
                        public boolean prefetchesDirty() {
                            return false;
                        }
                    },
                    new Variant(
                            "prefetch-kept",
                            "a page that was looked up ahead is never given back",
                            "pfn series, patch 39: one release for all",
                            "prefetch-evict") {
                        @Override
                        public boolean releasesPrefetched() {
                            return false;
                        }
                    },
                    new Variant(
                            "prefetch-looked-up-early",
                            "pages to map ahead are looked up before mmu_lock is taken",
                            "kvm_prefetch_pages has no sequence number",
                            "prefetch-copy") {
                        @Override
                        public boolean prefetchesLocked() {
                            return false;
                        }
                    },
                    new Guess(
                            "guess-fails",
                            "a frame that has a page's record and no count is refused to the guest",
                            "kvm_pfn_to_refcounted_page before 6.13",
                            "driver-tail"),
                    new Guess(
                            "guess-takes-zero",
                            "a reference is taken where nobody has one",
                            "CVE-2021-22543: get_page unless zero",
                            "driver-tail") {
                        @Override
                        public boolean getsUnlessZero() {
                            return false;
                        }
                    },
                    new Guess(
                            "guess-holds",
                            "a frame of a driver is taken for a page, and held beside the driver",
                            "kvm_pfn_to_refcounted_page before 6.13",
                            "driver-head"),
                    new Guess(
                            "put-by-number",
                            "what is given back is guessed again, from the number",
                            "kvm_release_pfn_clean before 6.13",
                            "driver-records"));
}
