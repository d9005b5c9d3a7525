package org.gleaner.check.mm;

import java.util.List;
import org.gleaner.check.program.Variant;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.protocol.MemorySteps;

/// Bugs of the memory manager: what an unmap, a lookup, a swap-in or a split must not leave out.
public final class MemoryBugs {
    private MemoryBugs() {}

    public static final List<Variant> ALL =
            List.of(
                    bug(
                            "entry-taken-by-store",
                            "an unmap reads the entry and stores over it",
                            "ptep_get_and_clear is one atomic: hardware sets D until then",
                            new MemorySteps() {
                                @Override
                                public long takeEntry(Cpu cpu, long[] words, int i, long empty) {
                                    long entry = cpu.load(words, i);
                                    cpu.store(words, i, empty);
                                    return entry;
                                }
                            },
                            "cached-write"),
                    bug(
                            "dirty-not-carried",
                            "an unmap forgets the dirty bit of the entry",
                            "try_to_unmap: folio_mark_dirty if pte_dirty",
                            new MemorySteps() {
                                @Override
                                public boolean carriesDirty() {
                                    return false;
                                }
                            },
                            "cached-write"),
                    bug(
                            "unmap-told-late",
                            "reclaim takes the entry away and tells secondary MMUs then",
                            "mmu_notifier_invalidate_range_start comes before the page tables change",
                            new MemorySteps() {
                                @Override
                                public boolean tellsBeforeUnmap() {
                                    return false;
                                }
                            },
                            "told-of-unmap"),
                    bug(
                            "munmap-told-late",
                            "munmap takes the entries away and tells secondary MMUs then",
                            "mmu_notifier_invalidate_range_start comes before the page tables change",
                            new MemorySteps() {
                                @Override
                                public boolean tellsBeforeMunmap() {
                                    return false;
                                }
                            },
                            "munmap-guest",
                            "told-of-munmap"),
                    bug(
                            "fork-not-told",
                            "a fork takes W from the entries and tells no secondary MMU",
                            "copy_page_range: mmu_notifier_invalidate_range_start if is_cow_mapping",
                            new MemorySteps() {
                                @Override
                                public boolean tellsOfFork() {
                                    return false;
                                }
                            },
                            "fork-guest"),
                    bug(
                            "merge-held",
                            "pages are merged whoever else refers to them",
                            "write_protect_page: page_count is as expected",
                            new MemorySteps() {
                                @Override
                                public boolean countsBeforeMerge() {
                                    return false;
                                }
                            },
                            "merge-pin"),
                    bug(
                            "collapse-told-late",
                            "a collapse takes the entries away and tells secondary MMUs then",
                            "mmu_notifier_invalidate_range_start comes before the page tables change",
                            new MemorySteps() {
                                @Override
                                public boolean tellsBeforeCollapse() {
                                    return false;
                                }
                            },
                            "told-of-collapse"),
                    bug(
                            "collapse-held",
                            "a collapse does not ask who else refers to a page",
                            "__collapse_huge_page_isolate: page_count is as expected",
                            new MemorySteps() {
                                @Override
                                public boolean countsBeforeCollapse() {
                                    return false;
                                }
                            },
                            "collapse-pin"),
                    bug(
                            "gup-looks-once",
                            "a page found without a lock is not looked up again once it is referenced",
                            "gup_fast_pte_range: pte_val(pte) != pte_val(ptep_get(ptep))",
                            new MemorySteps() {
                                @Override
                                public boolean looksAgain() {
                                    return false;
                                }
                            },
                            "gup-reuse"),
                    bug(
                            "pin-after-look",
                            "a page found without a lock is pinned after the second look",
                            "gup_fast_pte_range: try_grab_folio_fast comes before it",
                            new MemorySteps() {
                                @Override
                                public boolean pinsBeforeItLooksAgain() {
                                    return false;
                                }
                            },
                            "pin-fork",
                            "pin-unmap-fork"),
                    bug(
                            "fork-not-asked",
                            "a lookup without a lock does not ask if the process forks",
                            "gup_fast: read_seqcount_retry of write_protect_seq",
                            new MemorySteps() {
                                @Override
                                public boolean asksForForks() {
                                    return false;
                                }
                            },
                            "pin-fork"),
                    bug(
                            "unmaps-pinned",
                            "an unmap does not ask if the page is pinned",
                            "try_to_unmap_one: folio_try_share_anon_rmap_pte",
                            new MemorySteps() {
                                @Override
                                public boolean asksForPinsWhenGone() {
                                    return false;
                                }
                            },
                            "pin-unmap-fork"),
                    bug(
                            "huge-leaf-left",
                            "a split leaves the huge leaf in place while it takes the folio apart",
                            "split_huge_page: unmap_folio leaves migration entries",
                            new MemorySteps() {
                                @Override
                                public boolean hidesHugeLeaf() {
                                    return false;
                                }
                            },
                            "split-pin"),
                    bug(
                            "references-counted",
                            "a folio is freed if nobody else refers to it when it is looked at",
                            "__remove_mapping: folio_ref_freeze",
                            new MemorySteps() {
                                @Override
                                public boolean freezesReferences() {
                                    return false;
                                }
                            },
                            "writeback-fault"),
                    bug(
                            "dirty-not-asked-frozen",
                            "a folio that became dirty after it was written is freed",
                            "__remove_mapping: folio_test_dirty after the freeze",
                            new MemorySteps() {
                                @Override
                                public boolean asksForDirtyFrozen() {
                                    return false;
                                }
                            },
                            "pin-evict-cached"),
                    bug(
                            "entry-not-asked",
                            "a fault maps its page whatever the entry has become",
                            "do_anonymous_page, do_swap_page: pte_same under the lock",
                            new MemorySteps() {
                                @Override
                                public boolean asksForEntryLocked() {
                                    return false;
                                }
                            },
                            "two-first-touches",
                            "two-swap-ins-disk"),
                    bug(
                            "sleeps-without-a-look",
                            "who finds a folio locked sleeps without looking again",
                            "folio_wait_bit: the bit is tried again once the waiter is queued",
                            new MemorySteps() {
                                @Override
                                public boolean looksBeforeItSleeps() {
                                    return false;
                                }
                            },
                            "two-swap-ins-disk"),
                    bug(
                            "userfault-queued-unseen",
                            "who waits for a monitor's page looks before it queues, and not after",
                            "handle_userfault: userfaultfd_must_wait once queued",
                            new MemorySteps() {
                                @Override
                                public boolean looksOnceQueued() {
                                    return false;
                                }
                            },
                            "userfault-wait"),
                    bug(
                            "userfault-in-neither-queue",
                            "who supplies a page does not see that a task changes its queue",
                            "userfaultfd: refile_seq",
                            new MemorySteps() {
                                @Override
                                public boolean asksForMoves() {
                                    return false;
                                }
                            },
                            "userfault-taken"),
                    bug(
                            "writeback-not-awaited",
                            "a fault gives up the slot that its page is being written to",
                            "do_swap_page: folio_wait_writeback",
                            new MemorySteps() {
                                @Override
                                public boolean waitsForWriteback() {
                                    return false;
                                }
                            },
                            "writeback-fault"),
                    bug(
                            "charge-by-store",
                            "a charge is added by a load and a store",
                            "page_counter_try_charge: atomic_long_add_return",
                            new MemorySteps() {
                                @Override
                                public boolean countsFirst() {
                                    return false;
                                }
                            },
                            "charge"));

    private static Variant bug(
            String name, String what, String source, MemorySteps steps, String... programs) {
        return new Variant(name, what, source, programs) {
            @Override
            public MemorySteps memory() {
                return steps;
            }
        };
    }
}
