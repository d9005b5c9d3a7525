package org.gleaner.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Virtual time per call path of one actor: exact, for every tick is charged to exactly one frame.
///
/// A node is four longs in a row, half a cache line; its children are a list, which is short.
/// Entering a frame and leaving it again touches two of them.
public final class CallTree {
    private static final int FUNCTIONS = KernelFunction.values().length;

    // Of a node: time of its own, times it was entered, (parent, function), (first child, next of
    // the same parent).
    private static final int EXCLUSIVE = 0, CALLS = 1, UP = 2, DOWN = 3, NODE = 4;
    private static final int HIGH = 32;

    private long[] nodes = new long[16 * NODE];
    private int end = NODE;

    /// Where the innermost frame's node begins; the root's is at 0.
    private int current;

    private long mark;

    /// An empty tree whose time starts at `now`.
    CallTree(long now) {
        mark = now;
    }

    void enter(KernelFunction f, long now) {
        long[] all = nodes;
        all[current + EXCLUSIVE] += now - mark;
        mark = now;
        int function = f.ordinal();
        int child = (int) (all[current + DOWN] >>> HIGH);
        while (child != 0 && (int) all[child + UP] != function) {
            child = (int) all[child + DOWN];
        }
        if (child == 0) {
            child = grow(function);
            all = nodes;
        }
        all[child + CALLS]++;
        current = child;
    }

    void exit(long now) {
        nodes[current + EXCLUSIVE] += now - mark;
        mark = now;
        current = (int) (nodes[current + UP] >>> HIGH);
    }

    /// Charges what has passed since the last frame change, so that a report can be taken midway.
    void flush(long now) {
        nodes[current + EXCLUSIVE] += now - mark;
        mark = now;
    }

    private int grow(int function) {
        if (end == nodes.length) {
            nodes = Arrays.copyOf(nodes, 2 * end);
        }
        int child = end;
        end += NODE;
        long siblings = nodes[current + DOWN] >>> HIGH;
        nodes[child + UP] = (long) current << HIGH | function;
        nodes[child + DOWN] = siblings;
        nodes[current + DOWN] = (long) child << HIGH | (int) nodes[current + DOWN];
        return child;
    }

    /// The tree as immutable frames; the root has no function and holds everything. Ticks are 1/16
    /// ns.
    public Frame root() {
        return frame(0);
    }

    private Frame frame(int node) {
        @Nullable Frame[] byFunction = new @Nullable Frame[FUNCTIONS];
        long inclusive = nodes[node + EXCLUSIVE];
        int child = (int) (nodes[node + DOWN] >>> HIGH);
        for (; child != 0; child = (int) nodes[child + DOWN]) {
            Frame frame = frame(child);
            byFunction[(int) nodes[child + UP]] = frame;
            inclusive += frame.inclusiveTicks();
        }
        List<Frame> below = new ArrayList<>();
        for (Frame frame : byFunction) {
            if (frame != null) {
                below.add(frame);
            }
        }
        below.sort((a, b) -> Long.compare(b.inclusiveTicks(), a.inclusiveTicks()));
        KernelFunction f = node == 0 ? null : KernelFunction.values()[(int) nodes[node + UP]];
        return new Frame(
                f, inclusive, nodes[node + EXCLUSIVE], nodes[node + CALLS], List.copyOf(below));
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
