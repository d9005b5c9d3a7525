package org.gleaner.machine;

import java.util.ArrayList;
import java.util.List;

/// What private work costs now: more, the more CPUs are at work ([Slowdown]); whether it varies
/// ([WorkLengths]); and whether all who work sit on one socket. A CPU that spins is at work, one
/// that sleeps is not.
final class Speeds {
    private final CostModel costs;
    private final Topology topology;
    private final List<long[]> tables = new ArrayList<>();
    private int busy;

    /// By [Cost#ordinal], in ticks; never changed.
    long[] table;

    /// Whether so few are at work that they do not feel each other.
    boolean alone = true;

    /// Whether all that are at work sit on one socket.
    boolean oneSocket;

    Speeds(CostModel costs, Topology topology) {
        this.costs = costs;
        this.topology = topology;
        oneSocket = topology.isOneSocket(0);
        table = costs.table(topology, 0);
        tables.add(table);
    }

    /// One CPU more is at work.
    void begin() {
        if (busy + 1 == tables.size()) {
            tables.add(costs.table(topology, busy + 1));
        }
        at(busy + 1);
    }

    /// One less.
    void end() {
        at(busy - 1);
    }

    private void at(int now) {
        busy = now;
        table = tables.get(now);
        alone = now <= Slowdown.FREE;
        oneSocket = topology.isOneSocket(now);
    }
}
