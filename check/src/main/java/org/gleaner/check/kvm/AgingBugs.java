package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.aging.AlteredAging;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.pagetable.EntryFormat;

/// Known bugs of how accessed bits are taken.
public final class AgingBugs {
    private AgingBugs() {}

    public static final List<Variant> ALL =
            List.of(
                    new AgesByStore(
                            "aged-by-store",
                            "the ager stores what it has read, less A",
                            "review of v1 patch 4: a zapped entry must not come back",
                            "age-zap"),
                    new AgesByStore(
                            "tracked-by-store",
                            "the access-tracked form is stored blindly",
                            "v9: always update A/D-disabled SPTEs atomically",
                            "track-zap"),
                    new Variant(
                            "walker-ors-blindly",
                            "the page walker sets A without looking at the entry again",
                            "Intel SDM 4.8: A and D are set with the check, in one access",
                            "access-zap") {
                        @Override
                        public boolean hardwareSet(
                                Cpu cpu,
                                EntryFormat f,
                                long[] words,
                                int i,
                                long old,
                                long update) {
                            cpu.fetchOr(words, i, update);
                            return true;
                        }
                    },
                    new Variant(
                            "dirty-by-store",
                            "a zap takes a writable, clean leaf by a plain store",
                            "v9 patch 5: spte_needs_atomic_update, a volatile SPTE",
                            "dirty-zap") {
                        @Override
                        public long take(
                                Cpu cpu,
                                SpteFormat f,
                                long[] words,
                                int i,
                                int level,
                                long old,
                                long empty) {
                            cpu.store(words, i, empty);
                            return old;
                        }
                    },
                    new Variant(
                            "aging-takes-dirty",
                            "the mask of the and-not has D in it",
                            "v9 patch 3: tdp_mmu_clear_spte_bits_atomic and its mask",
                            "age-zap") {
                        @Override
                        public long old(SpteFormat format, long leaf) {
                            return leaf & ~(format.accessed | format.dirty);
                        }
                    },
                    new Variant(
                            "test-clears",
                            "a test clears what it finds",
                            "review of v2 patch 1: clear as a flag of one operation",
                            "age-access") {
                        @Override
                        public boolean ageClears(boolean clear) {
                            return true;
                        }
                    },
                    new Variant(
                            "restore-forgets-execute",
                            "the fast fault gives back R and not X",
                            "kvm: restore_acc_track_spte",
                            "track-restore") {
                        @Override
                        public long restore(SpteFormat format, long leaf) {
                            return format.withExec(format.restoreAccessTrack(leaf), false);
                        }
                    },
                    new Variant(
                            "bitmap-not-shifted",
                            "the end of a window shrinks and its bitmap stays",
                            "v1 to v3, clear_spte_young",
                            "window") {
                        @Override
                        public AgingDesign design() {
                            return AgingDesign.V1;
                        }

                        @Override
                        public SecondaryAging aging(SecondaryAging aging) {
                            return SecondaryAging.flipBitmapAsPosted();
                        }
                    },
                    new Variant(
                            "test-stops-early",
                            "a test with a bitmap ends at the first young subscriber",
                            "v2 patch 2, fixed in v3",
                            "two-vms") {
                        @Override
                        public AgingDesign design() {
                            return AgingDesign.V2;
                        }
                    },
                    new Variant(
                            "no-metadata",
                            "the slow path has no bitmap, and the handler looks into it",
                            "v3 patch 3: kvm_gfn_should_age without metadata",
                            "age-locked") {
                        @Override
                        public AgingDesign design() {
                            return AgingDesign.V3;
                        }

                        @Override
                        public boolean assumesPredicate() {
                            return true;
                        }
                    },
                    new Variant(
                            "other-cgroup-aged",
                            "a page of another cgroup is skipped after its bit is cleared",
                            "review of v5: the folio is looked up before the notifier is asked",
                            "window") {
                        @Override
                        public SecondaryAging aging(SecondaryAging aging) {
                            return new ClearsWhatItSkips(aging);
                        }
                    },
                    new Variant(
                            "non-leaf-trusted",
                            "a table is skipped because hardware did not enter it for the host",
                            "v3, walk_pmd_range; 6.1 as it was released",
                            "non-leaf") {
                        @Override
                        public SecondaryAging aging(SecondaryAging aging) {
                            return new TrustsNonLeafYoung(aging);
                        }
                    },
                    new Variant(
                            "ager-sleeps",
                            "an ager waits in its RCU section",
                            "Documentation/mm: young queries run under a page table's lock",
                            "age-locked") {
                        @Override
                        public boolean age(
                                Cpu cpu, SpteFormat f, long[] words, int i, long old, long update) {
                            cpu.sleep(1);
                            return super.age(cpu, f, words, i, old, update);
                        }
                    });

    /// An ager that stores what it has made of what it read.
    private static final class AgesByStore extends Variant {
        AgesByStore(String name, String what, String source, String... programs) {
            super(name, what, source, programs);
        }

        @Override
        public boolean age(Cpu cpu, SpteFormat f, long[] words, int i, long old, long update) {
            cpu.store(words, i, update);
            return true;
        }
    }

    private static final class TrustsNonLeafYoung extends AlteredAging {
        TrustsNonLeafYoung(SecondaryAging aging) {
            super(aging);
        }

        @Override
        public boolean trustsNonLeafYoung() {
            return true;
        }
    }

    /// Takes the accessed bit before it knows whose page it is.
    private static final class ClearsWhatItSkips extends AlteredAging {
        ClearsWhatItSkips(SecondaryAging aging) {
            super(aging);
        }

        @Override
        public Window newWindow() {
            Window window = super.newWindow();
            return new Window() {
                @Override
                public void begin(MmuNotifierSubscriptions mm, long start, long end) {
                    window.begin(mm, start, end);
                }

                @Override
                public boolean test(Cpu cpu, long vpn, boolean primaryYoung) {
                    return window.test(cpu, vpn, primaryYoung);
                }

                @Override
                public void skip(Cpu cpu, long vpn) {
                    window.clear(cpu, vpn);
                }

                @Override
                public boolean clear(Cpu cpu, long vpn) {
                    return window.clear(cpu, vpn);
                }

                @Override
                public void finish(Cpu cpu) {
                    window.finish(cpu);
                }
            };
        }
    }
}
