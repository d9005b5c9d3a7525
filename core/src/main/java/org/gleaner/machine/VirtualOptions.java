package org.gleaner.machine;

/// What may be chosen for a [VirtualEngine].
///
/// @param seed decides who goes first among CPUs at the same instant; a run repeats to the bit for
///   it
/// @param topology how the host's CPUs lie
/// @param slabSlackNanos how far a CPU may run ahead of the others on slab words; 0 is exact
/// @param coroutines how actors keep their stacks; no effect on results
/// @param hangNanos virtual time after which daemons that run alone, while every spawned actor
///   waits, count as a deadlock
/// @param callTrees whether each CPU keeps its [CallTree]; no effect on results but that one
public record VirtualOptions(
        long seed,
        Topology topology,
        long slabSlackNanos,
        Coroutines coroutines,
        long hangNanos,
        boolean callTrees) {
    /// @throws IllegalArgumentException if a figure is out of range
    public VirtualOptions {
        if (slabSlackNanos < 0 || hangNanos <= 0) {
            throw new IllegalArgumentException("slack " + slabSlackNanos + ", hang " + hangNanos);
        }
    }

    /// One socket, exact, hang after a minute, with call trees.
    public static VirtualOptions seed(long seed) {
        return new VirtualOptions(
                seed, Topology.ONE_SOCKET, 0, Coroutines.best(), 60_000_000_000L, true);
    }

    public VirtualOptions withTopology(Topology other) {
        return new VirtualOptions(seed, other, slabSlackNanos, coroutines, hangNanos, callTrees);
    }

    public VirtualOptions withSlabSlack(long nanos) {
        return new VirtualOptions(seed, topology, nanos, coroutines, hangNanos, callTrees);
    }

    public VirtualOptions withCoroutines(Coroutines kind) {
        return new VirtualOptions(seed, topology, slabSlackNanos, kind, hangNanos, callTrees);
    }

    public VirtualOptions withHang(long nanos) {
        return new VirtualOptions(seed, topology, slabSlackNanos, coroutines, nanos, callTrees);
    }

    /// For runs whose call trees nobody reads: a frame then costs a test.
    public VirtualOptions withoutCallTrees() {
        return new VirtualOptions(seed, topology, slabSlackNanos, coroutines, hangNanos, false);
    }
}
