package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.x86.SpteFormat;

/// Known bugs of huge leaves: what a split forgets, and what is owed when a table goes.
public final class LeafBugs {
    private LeafBugs() {}

    public static final List<Variant> ALL =
            List.of(
                    new Variant(
                            "replaced-unflushed",
                            "a huge leaf takes a table's place and guests still walk the table",
                            "tdp_mmu_map_handle_target_level: flush if a table was replaced",
                            "huge-install-split") {
                        @Override
                        public boolean flushesAfterReplace() {
                            return false;
                        }
                    },
                    new Variant(
                            "split-drops-dirty",
                            "the leaves that a split makes are clean",
                            "make_small_spte: keeps A, D and W",
                            "huge-install-split") {
                        @Override
                        public long smallFromHuge(SpteFormat format, long huge, int level, int i) {
                            return super.smallFromHuge(format, huge, level, i) & ~format.dirty;
                        }
                    },
                    new Variant(
                            "split-drops-accessed",
                            "the leaves that a split makes are old",
                            "make_small_spte: keeps A, D and W",
                            "huge-split-age") {
                        @Override
                        public long smallFromHuge(SpteFormat format, long huge, int level, int i) {
                            return super.smallFromHuge(format, huge, level, i) & ~format.accessed;
                        }
                    },
                    new Variant(
                            "split-linked-empty",
                            "a split links its table before it has filled it",
                            "tdp_mmu_split_huge_page: no need for atomics until the table is linked",
                            "huge-install-split") {
                        @Override
                        public boolean fillsBeforeLink() {
                            return false;
                        }
                    });
}
