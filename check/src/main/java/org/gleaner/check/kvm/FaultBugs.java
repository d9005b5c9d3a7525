package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Variant;

/// Known bugs of page faults: what they forget to ask, and what becomes of their page.
public final class FaultBugs {
    private FaultBugs() {}

    public static final List<Variant> ALL =
            List.of(
                    new Variant(
                            "no-recheck",
                            "a fault installs without asking whether an invalidation overtook it",
                            "mmu_invalidate_retry_gfn",
                            "fault-invalidate") {
                        @Override
                        public boolean asksTheGate() {
                            return false;
                        }
                    },
                    new Variant(
                            "recheck-not-locked",
                            "it asks before it takes mmu_lock, and not again",
                            "kvm: the retry check without the lock is only a hint",
                            "fault-invalidate") {
                        @Override
                        public boolean asksTheGateLocked() {
                            return false;
                        }
                    },
                    new Variant(
                            "root-not-rechecked",
                            "a fault does not ask under mmu_lock whether its root is still valid",
                            "kvm: is_page_fault_stale and obsolete roots",
                            "fault-other-slot") {
                        @Override
                        public boolean asksTheRoot() {
                            return false;
                        }
                    },
                    new Variant(
                            "sequence-noted-late",
                            "the sequence number is read after the page was looked up",
                            "kvm: mmu_seq is snapshotted before the pfn is resolved",
                            "write-protect-fault") {
                        @Override
                        public boolean notesSequenceFirst() {
                            return false;
                        }
                    },
                    new Variant(
                            "released-twice",
                            "a fault that retries gives its page back twice",
                            "pfn series: one release on every way out",
                            "fault-invalidate") {
                        @Override
                        public int releasesOnRetry() {
                            return 2;
                        }
                    },
                    new Variant(
                            "never-released",
                            "a fault that retries keeps its page",
                            "pfn series: one release on every way out",
                            "fault-invalidate") {
                        @Override
                        public int releasesOnRetry() {
                            return 0;
                        }
                    },
                    new Variant(
                            "released-clean",
                            "a page that is mapped writable is not marked dirty",
                            "pfn series: kvm_release_faultin_page",
                            "write-evict") {
                        @Override
                        public boolean releasesDirty() {
                            return false;
                        }
                    },
                    new Variant(
                            "released-unlocked",
                            "the page is marked dirty after mmu_lock was dropped",
                            "pfn series: marking and release under mmu_lock",
                            "write-evict") {
                        @Override
                        public boolean releasesLocked() {
                            return false;
                        }
                    },
                    new Variant(
                            "zap-without-flush",
                            "cached translations survive the zap",
                            "kvm_flush_remote_tlbs before the lock is dropped",
                            "tlb-evict") {
                        @Override
                        public boolean flushesAfterZap() {
                            return false;
                        }
                    });
}
