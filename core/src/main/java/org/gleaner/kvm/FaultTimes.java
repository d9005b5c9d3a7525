package org.gleaner.kvm;

import java.util.Arrays;
import java.util.List;
import org.gleaner.machine.OneCpu;
import org.jspecify.annotations.Nullable;

/// How long a vCPU's faults have kept its guest waiting: from the exit to the way back in, or out
/// to user space, each try for itself. Or how long anything else took that one CPU does, again and
/// again.
///
/// Times are counted in buckets, 128 to a power of two, so that a quantile is off by less than a
/// 128th; their sum, number and the longest are exact. The engine's nanoseconds. To count one is a
/// few additions; the buckets grow to the longest time that came, to 57 kB at most.
@OneCpu
public final class FaultTimes {
    private static final int SUB_BITS = 7;
    private static final int SUB = 1 << SUB_BITS;

    private long[] buckets = new long[SUB];
    private long count;
    private long sum;
    private long longest;

    public FaultTimes() {}

    /// One more.
    public void add(long nanos) {
        int bucket = bucket(nanos);
        reach(bucket);
        buckets[bucket]++;
        count++;
        sum += nanos;
        longest = Math.max(longest, nanos);
    }

    /// Those of several vCPUs together; of those that have any.
    public static FaultTimes of(List<Vcpu> vcpus) {
        FaultTimes all = new FaultTimes();
        for (Vcpu vcpu : vcpus) {
            @Nullable FaultTimes one = vcpu.faultTimes();
            if (one != null) {
                all.add(one);
            }
        }
        return all;
    }

    /// Forgets what has come so far. Its vCPU must be at rest.
    void clear() {
        Arrays.fill(buckets, 0);
        count = 0;
        sum = 0;
        longest = 0;
    }

    /// Those of another, too.
    public void add(FaultTimes other) {
        reach(other.buckets.length - 1);
        for (int i = 0; i < other.buckets.length; i++) {
            buckets[i] += other.buckets[i];
        }
        count += other.count;
        sum += other.sum;
        longest = Math.max(longest, other.longest);
    }

    private void reach(int bucket) {
        if (bucket >= buckets.length) {
            buckets = Arrays.copyOf(buckets, (bucket / SUB + 1) * SUB);
        }
    }

    /// How many there were.
    public long count() {
        return count;
    }

    /// All together, in nanoseconds.
    public long sumNanos() {
        return sum;
    }

    /// The longest of them, in nanoseconds; 0 if there were none.
    public long longestNanos() {
        return longest;
    }

    /// A time that a share of them did not exceed, in nanoseconds, to a 128th more but never above
    /// the longest; 0 if there were none.
    ///
    /// @param share above 0, up to 1
    public long quantileNanos(double share) {
        long rank = (long) Math.ceil(share * count);
        long seen = 0;
        for (int i = 0; i < buckets.length; i++) {
            seen += buckets[i];
            if (seen >= rank && seen > 0) {
                return Math.min(most(i), longest);
            }
        }
        return 0;
    }

    private static int bucket(long nanos) {
        if (nanos < SUB) {
            return (int) nanos;
        }
        int shift = Long.SIZE - 1 - SUB_BITS - Long.numberOfLeadingZeros(nanos);
        return shift * SUB + (int) (nanos >>> shift);
    }

    /// The longest time that a bucket counts.
    private static long most(int bucket) {
        if (bucket < SUB) {
            return bucket;
        }
        int shift = bucket / SUB - 1;
        return (bucket % SUB + SUB + 1L << shift) - 1;
    }
}
