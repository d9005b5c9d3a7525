package org.gleaner.lab.observe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gleaner.kvm.FaultTimes;
import org.gleaner.kvm.Vcpu;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.LockUse;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.jspecify.annotations.Nullable;

/// The columns of a sample, and what fills them. Counters count from the host's beginning.
public final class HostColumns {
    /// What a group does not have.
    public static final long NONE = Long.MIN_VALUE;

    /// Classes with columns of their own; the others share one.
    private static final List<LockClass> LOCKS =
            List.of(
                    LockClass.MMU_LOCK,
                    LockClass.MMAP_LOCK,
                    LockClass.PTE_LOCK,
                    LockClass.LRU_LOCK,
                    LockClass.ZONE_LOCK,
                    LockClass.SWAP_LOCK);

    /// Of those, the ones that are taken for reading too.
    private static final List<LockClass> SHARED = List.of(LockClass.MMU_LOCK, LockClass.MMAP_LOCK);

    private static final VmEvent[] EVENTS = VmEvent.values();

    private static final String[] LISTS = {
        "nr_inactive_anon", "nr_active_anon", "nr_inactive_file", "nr_active_file", "nr_unevictable"
    };

    /// In their order.
    public static final List<String> NAMES = names();

    private static final int LOCK_COLUMNS = 2 * (LOCKS.size() + SHARED.size() + 1);

    private final long[] values = new long[NAMES.size()];
    private int at;

    private HostColumns() {}

    private static List<String> names() {
        List<String> all = new ArrayList<>();
        all.add("nr_free_pages");
        all.addAll(List.of(LISTS));
        for (String type : List.of("anon", "file")) {
            for (int age = LruGen.MAX_NR_GENS - 1; age >= 0; age--) {
                all.add("lru_gen_" + type + "_" + age);
            }
        }
        all.add("max_seq");
        for (VmEvent event : EVENTS) {
            all.add(event.statName());
        }
        all.addAll(List.of("memory_some_us", "memory_full_us"));
        all.addAll(List.of("vcpu_stalls", "vcpu_stall_ns"));
        all.addAll(List.of("pf_fixed", "pf_fast", "pf_spurious"));
        for (LockClass lock : LOCKS) {
            addLock(all, lock.lockName);
            if (SHARED.contains(lock)) {
                addLock(all, lock.lockName + ":R");
            }
        }
        addLock(all, "other_locks");
        return List.copyOf(all);
    }

    private static void addLock(List<String> names, String lock) {
        names.add(lock + "_contended");
        names.add(lock + "_wait_ns");
    }

    /// Where a counter stands in a row.
    public static int of(VmEvent event) {
        return NAMES.indexOf(event.statName());
    }

    /// The row of a cgroup that is not there yet.
    static long[] nothing() {
        HostColumns row = new HostColumns();
        Arrays.fill(row.values, NONE);
        return row.values;
    }

    /// How long some and all of a group's tasks were stalled, in nanoseconds.
    record Stalled(long some, long full) {}

    /// A guest's faults.
    ///
    /// @param count of those that its vCPUs do not count any more
    /// @param nanos that they took
    record Faults(List<Vcpu> vcpus, long count, long nanos) {
        /// All, and then none that the vCPUs still count.
        Faults sum() {
            long all = count;
            long sum = nanos;
            for (Vcpu vcpu : vcpus) {
                FaultTimes times = vcpu.faultTimes();
                if (times != null) {
                    all += times.count();
                    sum += times.sumNanos();
                }
            }
            return new Faults(List.of(), all, sum);
        }
    }

    /// All of a host, or one of its cgroups.
    ///
    /// @param freePages of the host; [#NONE] for a cgroup
    /// @param lruvecs whose pages count together
    /// @param waits what its CPUs have waited for locks; null for a cgroup
    static long[] row(
            Cpu cpu,
            long freePages,
            List<Lruvec> lruvecs,
            VmStat stat,
            Stalled stalled,
            List<Faults> faults,
            long @Nullable [] waits) {
        HostColumns row = new HostColumns();
        row.add(freePages);
        row.addLists(lruvecs);
        row.addGenerations(cpu, lruvecs);
        long[] counted = stat.sums();
        for (VmEvent event : EVENTS) {
            row.add(counted[event.ordinal()]);
        }
        row.add(stalled.some / 1000);
        row.add(stalled.full / 1000);
        row.addFaults(faults);
        row.addLocks(waits);
        return row.values;
    }

    private void add(long value) {
        values[at++] = value;
    }

    private void addLists(List<Lruvec> lruvecs) {
        for (int list = 0; list < LISTS.length; list++) {
            long pages = 0;
            for (Lruvec each : lruvecs) {
                pages += each.size(list);
            }
            add(pages);
        }
    }

    private void addGenerations(Cpu cpu, List<Lruvec> lruvecs) {
        boolean enabled = lruvecs.stream().anyMatch(Lruvec::lruGenEnabled);
        for (int type = LruGen.ANON; type <= LruGen.FILE; type++) {
            for (int age = LruGen.MAX_NR_GENS - 1; age >= 0; age--) {
                long pages = 0;
                for (Lruvec each : lruvecs) {
                    pages += each.gen().peekPages(cpu, type, age);
                }
                add(enabled ? pages : NONE);
            }
        }
        long youngest = 0;
        for (Lruvec each : lruvecs) {
            youngest = Math.max(youngest, each.gen().peekMaxSeq(cpu));
        }
        add(enabled ? youngest : NONE);
    }

    private void addFaults(List<Faults> guests) {
        long stalls = 0;
        long stallNanos = 0;
        long fixed = 0;
        long fast = 0;
        long spurious = 0;
        for (Faults guest : guests) {
            Faults sum = guest.sum();
            stalls += sum.count;
            stallNanos += sum.nanos;
            for (Vcpu vcpu : guest.vcpus) {
                fixed += vcpu.stat().faults();
                fast += vcpu.stat().fastFaults();
                spurious += vcpu.stat().spurious();
            }
        }
        add(stalls);
        add(stallNanos);
        add(fixed);
        add(fast);
        add(spurious);
    }

    private void addLocks(long @Nullable [] waits) {
        if (waits == null) {
            for (int i = 0; i < LOCK_COLUMNS; i++) {
                add(NONE);
            }
            return;
        }
        for (LockClass lock : LOCKS) {
            addLock(waits, LockUse.waitsAt(lock, true));
            if (SHARED.contains(lock)) {
                addLock(waits, LockUse.waitsAt(lock, false));
            }
        }
        long others = 0;
        long otherNanos = 0;
        for (int i = 0; i < waits.length; i += 2) {
            others += waits[i];
            otherNanos += waits[i + 1];
        }
        add(others);
        add(otherNanos);
    }

    /// Adds a lock, which then does not count among the others.
    private void addLock(long[] waits, int i) {
        add(waits[i]);
        add(waits[i + 1]);
        waits[i] = 0;
        waits[i + 1] = 0;
    }
}
