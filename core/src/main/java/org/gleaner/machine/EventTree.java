package org.gleaner.machine;

import java.util.Arrays;

/// A tournament over 64-bit keys: leaf `i` belongs to actor `i` for good, every inner node holds
/// the smaller of its two children, the root is the winner. Setting a key costs one `min` per level
/// and no branch on data; a heap of the same size costs three to five times as much.
final class EventTree {
    /// The key of a leaf that takes no part.
    static final long NEVER = Long.MAX_VALUE;

    private int leaves = 2;
    private long[] nodes = {NEVER, NEVER, NEVER, NEVER};

    long min() {
        return nodes[1];
    }

    void set(int leaf, long key) {
        long[] tree = nodes;
        int i = leaves + leaf;
        tree[i] = key;
        while (i > 1) {
            key = Math.min(key, tree[i ^ 1]);
            i >>>= 1;
            tree[i] = key;
        }
    }

    /// As [#set], of a leaf that was not the winner: it goes no further up than its match changes.
    void move(int leaf, long key) {
        long[] tree = nodes;
        int i = leaves + leaf;
        tree[i] = key;
        while (i > 1) {
            key = Math.min(key, tree[i ^ 1]);
            i >>>= 1;
            if (tree[i] == key) {
                return;
            }
            tree[i] = key;
        }
    }

    /// The smallest key of all leaves but this one.
    long minExcept(int leaf) {
        long[] tree = nodes;
        long min = NEVER;
        for (int i = leaves + leaf; i > 1; i >>>= 1) {
            min = Math.min(min, tree[i ^ 1]);
        }
        return min;
    }

    /// Makes room for leaves `0 .. count - 1`.
    void grow(int count) {
        if (count <= leaves) {
            return;
        }
        int before = leaves;
        long[] old = nodes;
        leaves = Integer.highestOneBit(count - 1) << 1;
        nodes = new long[2 * leaves];
        Arrays.fill(nodes, NEVER);
        System.arraycopy(old, before, nodes, leaves, before);
        for (int i = leaves - 1; i >= 1; i--) {
            nodes[i] = Math.min(nodes[2 * i], nodes[2 * i + 1]);
        }
    }
}
