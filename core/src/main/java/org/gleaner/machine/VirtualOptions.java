package org.gleaner.machine;

/// What may be chosen for a [VirtualEngine].
///
/// @param seed decides who goes first among CPUs at the same instant; a run repeats to the bit for
///   it
/// @param topology how the host's CPUs lie
/// @param sliceNanos how long a task has a CPU that others wait for, where the topology has fewer
///   than tasks
/// @param slabSlackNanos how far a CPU may run ahead of the others on slab words; 0 is exact
/// @param coroutines how actors keep their stacks; no effect on results
/// @param hangNanos virtual time after which daemons that run alone, while every spawned actor
///   waits, count as a deadlock
/// @param callTrees whether each CPU keeps its [CallTree]; no effect on results but that one
public record VirtualOptions(
        long seed,
        Topology topology,
        long sliceNanos,
        long slabSlackNanos,
        Coroutines coroutines,
        long hangNanos,
        boolean callTrees) {
    /// @throws IllegalArgumentException if a figure is out of range
    public VirtualOptions {
        if (slabSlackNanos < 0 || hangNanos <= 0 || sliceNanos <= 0) {
            throw new IllegalArgumentException(
                    "slack " + slabSlackNanos + ", hang " + hangNanos + ", slice " + sliceNanos);
        }
    }

    /// A slice of 3 ms: `sysctl_sched_base_slice` of 0.75 ms, times one and the logarithm of CPUs,
    /// of which eight count.
    public static final long SLICE_NANOS = 3_000_000;

    /// One socket, exact, hang after a minute, with call trees.
    public static VirtualOptions seed(long seed) {
        return new VirtualOptions(
                seed,
                Topology.ONE_SOCKET,
                SLICE_NANOS,
                0,
                Coroutines.best(),
                60_000_000_000L,
                true);
    }

    public VirtualOptions withTopology(Topology other) {
        return new VirtualOptions(
                seed, other, sliceNanos, slabSlackNanos, coroutines, hangNanos, callTrees);
    }

    public VirtualOptions withSlice(long nanos) {
        return new VirtualOptions(
                seed, topology, nanos, slabSlackNanos, coroutines, hangNanos, callTrees);
    }

    public VirtualOptions withSlabSlack(long nanos) {
        return new VirtualOptions(
                seed, topology, sliceNanos, nanos, coroutines, hangNanos, callTrees);
    }

    public VirtualOptions withCoroutines(Coroutines kind) {
        return new VirtualOptions(
                seed, topology, sliceNanos, slabSlackNanos, kind, hangNanos, callTrees);
    }

    public VirtualOptions withHang(long nanos) {
        return new VirtualOptions(
                seed, topology, sliceNanos, slabSlackNanos, coroutines, nanos, callTrees);
    }

    /// For runs whose call trees nobody reads: a frame then costs a test.
    public VirtualOptions withoutCallTrees() {
        return new VirtualOptions(
                seed, topology, sliceNanos, slabSlackNanos, coroutines, hangNanos, false);
    }
}
