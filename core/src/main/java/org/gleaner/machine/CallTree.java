package org.gleaner.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Virtual time per call path of one actor: exact, for every tick is charged to exactly one frame.
///
/// Nodes live in flat arrays; a child is found by (node, function) in a row of small ints, so that
/// entering a frame costs two array reads.
public final class CallTree {
    private static final int FUNCTIONS = KernelFunction.values().length;

    private int[] children = new int[16 * FUNCTIONS];
    private int[] parent = new int[16];
    private int[] function = new int[16];
    private long[] exclusive = new long[16];
    private long[] calls = new long[16];
    private int nodes = 1;
    private int current;
    private long mark;

    /// An empty tree whose time starts at `now`.
    CallTree(long now) {
        mark = now;
    }

    void enter(KernelFunction f, long now) {
        exclusive[current] += now - mark;
        mark = now;
        int slot = current * FUNCTIONS + f.ordinal();
        int child = children[slot];
        if (child == 0) {
            child = grow(slot, f);
        }
        calls[child]++;
        current = child;
    }

    void exit(long now) {
        exclusive[current] += now - mark;
        mark = now;
        current = parent[current];
    }

    /// Charges what has passed since the last frame change, so that a report can be taken midway.
    void flush(long now) {
        exclusive[current] += now - mark;
        mark = now;
    }

    private int grow(int slot, KernelFunction f) {
        if (nodes == parent.length) {
            int n = nodes * 2;
            children = Arrays.copyOf(children, n * FUNCTIONS);
            parent = Arrays.copyOf(parent, n);
            function = Arrays.copyOf(function, n);
            exclusive = Arrays.copyOf(exclusive, n);
            calls = Arrays.copyOf(calls, n);
        }
        int child = nodes++;
        children[slot] = child;
        parent[child] = current;
        function[child] = f.ordinal();
        return child;
    }

    /// The tree as immutable frames; the root has no function and holds everything. Ticks are 1/16
    /// ns.
    public Frame root() {
        return frame(0);
    }

    private Frame frame(int node) {
        List<Frame> below = new ArrayList<>();
        long inclusive = exclusive[node];
        for (int f = 0; f < FUNCTIONS; f++) {
            int child = children[node * FUNCTIONS + f];
            if (child != 0) {
                Frame frame = frame(child);
                below.add(frame);
                inclusive += frame.inclusiveTicks();
            }
        }
        below.sort((a, b) -> Long.compare(b.inclusiveTicks(), a.inclusiveTicks()));
        KernelFunction f = node == 0 ? null : KernelFunction.values()[function[node]];
        return new Frame(f, inclusive, exclusive[node], calls[node], List.copyOf(below));
    }

    /// One call path: time in it and below it, time in it alone, and how often it was entered.
    public record Frame(
            @Nullable KernelFunction function,
            long inclusiveTicks,
            long exclusiveTicks,
            long calls,
            List<Frame> children) {
        /// Time in this path and below it, in nanoseconds.
        public double inclusiveNanos() {
            return inclusiveTicks / 16.0;
        }

        /// Time in this path alone, in nanoseconds.
        public double exclusiveNanos() {
            return exclusiveTicks / 16.0;
        }
    }
}
