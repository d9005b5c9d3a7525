package org.gleaner.kvm;

import java.util.List;
import org.gleaner.machine.OneCpu;
import org.jspecify.annotations.Nullable;

/// How long a vCPU's faults have kept its guest waiting: from the exit to the way back in, each try
/// for itself.
///
/// Times are counted in buckets, sixteen to a power of two, so that a quantile is off by less than
/// a sixteenth; their sum and number are exact. The engine's nanoseconds.
@OneCpu
public final class FaultTimes {
    private static final int SUB_BITS = 4;
    private static final int SUB = 1 << SUB_BITS;

    private final long[] buckets = new long[(Long.SIZE - SUB_BITS) * SUB];
    private long count;
    private long sum;

    FaultTimes() {}

    void add(long nanos) {
        buckets[bucket(nanos)]++;
        count++;
        sum += nanos;
    }

    /// Those of several vCPUs together; of those that have any.
    public static FaultTimes of(List<Vcpu> vcpus) {
        FaultTimes all = new FaultTimes();
        for (Vcpu vcpu : vcpus) {
            @Nullable FaultTimes one = vcpu.faultTimes();
            if (one != null) {
                all.add(one, 1);
            }
        }
        return all;
    }

    /// What has come since `before`, which is an earlier [#of] the same vCPUs.
    public FaultTimes since(FaultTimes before) {
        FaultTimes rest = new FaultTimes();
        rest.add(this, 1);
        rest.add(before, -1);
        return rest;
    }

    private void add(FaultTimes other, int sign) {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] += sign * other.buckets[i];
        }
        count += sign * other.count;
        sum += sign * other.sum;
    }

    /// How many there were.
    public long count() {
        return count;
    }

    /// All together, in nanoseconds.
    public long sumNanos() {
        return sum;
    }

    /// A time that a share of them did not exceed, in nanoseconds, to a sixteenth more; 0 if there
    /// were none.
    ///
    /// @param share above 0, up to 1
    public long quantileNanos(double share) {
        long rank = (long) Math.ceil(share * count);
        long seen = 0;
        for (int i = 0; i < buckets.length; i++) {
            seen += buckets[i];
            if (seen >= rank && seen > 0) {
                return most(i);
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
