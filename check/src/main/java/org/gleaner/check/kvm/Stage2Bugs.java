package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.arm64.Stage2Aging;
import org.gleaner.kvm.arm64.Stage2Format;
import org.gleaner.kvm.arm64.Stage2Steps;
import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.Geometry;

/// Known bugs of aging on arm64, from the postings and from what their reviews warned of.
public final class Stage2Bugs {
    private Stage2Bugs() {}

    public static final List<Variant> ALL =
            List.of(
                    new Wrong(
                            "arm64-unmap-frees-at-once",
                            "an unmap frees a table under an ager that holds no lock",
                            "v1 patch 3, before it: no RCU in stage2_unmap_walker",
                            new Stage2Steps() {
                                @Override
                                public boolean waitsForReaders() {
                                    return false;
                                }
                            },
                            "arm64-unmap-rcu"),
                    new Wrong(
                            "arm64-no-rcu-section",
                            "an ager holds no lock and is in no RCU section",
                            "review of v1 patch 3: SHARED is not passed, so the walk enters none",
                            new Stage2Steps() {
                                @Override
                                public boolean agesInRcu() {
                                    return false;
                                }
                            },
                            "arm64-unmap-rcu"),
                    new Wrong(
                            "arm64-set-not-shared",
                            "the ager's helper stores plainly, for its walk is not SHARED",
                            "review of v1 patch 3: stage2_try_set_pte is right only with SHARED",
                            new Stage2Steps() {
                                @Override
                                public boolean age(
                                        Cpu cpu,
                                        long[] words,
                                        int i,
                                        long old,
                                        long update,
                                        boolean compares) {
                                    return super.age(cpu, words, i, old, update, false);
                                }
                            },
                            "arm64-break-rcu",
                            "arm64-split-rcu",
                            "arm64-protect-rcu"),
                    new Wrong(
                            "arm64-flag-by-and-not",
                            "the flag is taken by an and-not in whatever the entry is by now",
                            "review of v1 patch 3: bit 10 of an invalid entry says that it is locked",
                            new Stage2Steps() {
                                @Override
                                public boolean age(
                                        Cpu cpu,
                                        long[] words,
                                        int i,
                                        long old,
                                        long update,
                                        boolean compares) {
                                    return cpu.fetchAnd(words, i, ~(old ^ update)) == old;
                                }
                            },
                            "arm64-break-rcu",
                            "arm64-split-rcu"),
                    new Wrong(
                            "arm64-flag-of-invalid",
                            "an ager does not ask whether the entry is valid",
                            "stage2_age_walker: kvm_pte_valid",
                            new Stage2Steps() {
                                @Override
                                public boolean isYoung(Stage2Format format, long entry) {
                                    return format.isAccessed(entry);
                                }
                            },
                            "arm64-make-rcu"),
                    new Wrong(
                            "arm64-root-freed-at-once",
                            "the root is freed under an ager that holds no lock",
                            "review of v1 patch 3: readers outlive kvm_arch_flush_shadow_all",
                            new Stage2Steps() {
                                @Override
                                public boolean rootWaitsForReaders() {
                                    return false;
                                }
                            },
                            "arm64-release-rcu"),
                    new AsPosted(
                            "arm64-flush-shadow-all-emptied",
                            "the end of an address space leaves the second stage as it is",
                            "v1 patch 3 as posted: the root is freed with the VM",
                            Stage2Aging.V1_AS_POSTED,
                            "arm64-release-rcu"),
                    new Wrong(
                            "arm64-bit-of-block",
                            "a page's bit is counted from the base of its block",
                            "v1 patch 3: the bit is that of the visited address",
                            new Stage2Steps() {
                                @Override
                                public long reported(Geometry geometry, long gfn, int level) {
                                    return geometry.alignDown(gfn, level);
                                }
                            },
                            "arm64-block-rcu",
                            "arm64-block-read"),
                    new Wrong(
                            "tags-while-logging",
                            "tags are written though a log is kept, which does not see it",
                            "KVM_ARM_MTE_COPY_TAGS before 6.12",
                            new Stage2Steps() {
                                @Override
                                public boolean tagsAskForLogs() {
                                    return false;
                                }
                            },
                            "log-tags"),
                    new Wrong(
                            "tags-ask-unlocked",
                            "who writes tags asks for logs and takes slots_lock then",
                            "kvm_vm_ioctl_mte_copy_tags: slots_lock comes first",
                            new Stage2Steps() {
                                @Override
                                public boolean tagsAskLocked() {
                                    return false;
                                }
                            },
                            "log-tags"),
                    new AsPosted(
                            "arm64-v3-as-posted",
                            "an ager stores plainly under the read lock, beside faults",
                            "v3 patch 4: the walk is not SHARED, and faults hold the same lock",
                            Stage2Aging.V3_AS_POSTED,
                            "arm64-break-read",
                            "arm64-join-read"));

    private static final class Wrong extends Variant {
        private final Stage2Steps steps;

        Wrong(String name, String what, String source, Stage2Steps steps, String... programs) {
            super(name, what, source, programs);
            this.steps = steps;
        }

        @Override
        public Stage2Steps stage2() {
            return steps;
        }
    }

    private static final class AsPosted extends Variant {
        private final Stage2Aging posted;

        AsPosted(String name, String what, String source, Stage2Aging posted, String... programs) {
            super(name, what, source, programs);
            this.posted = posted;
        }

        @Override
        public Stage2Aging stage2Aging(Stage2Aging right) {
            return posted;
        }
    }
}
