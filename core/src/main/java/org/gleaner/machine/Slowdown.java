package org.gleaner.machine;

/// How much longer a CPU's private work takes than on a host with nobody else on it, on average
/// over its busy CPUs: clocks go down as cores wake up, and the two threads of a core share it.
/// Between the numbers of busy CPUs that a [CostModel] names, it is interpolated by their
/// logarithm.
final class Slowdown {
    /// Up to so many busy CPUs have the highest clock.
    static final int FREE = 2;

    private static final int[] BUSY = {4, 8, 16};
    private static final Cost[] AT = {Cost.BUSY_4, Cost.BUSY_8, Cost.BUSY_16};

    private final CostModel costs;
    private final Topology topology;

    Slowdown(CostModel costs, Topology topology) {
        this.costs = costs;
        this.topology = topology;
    }

    /// 1 or more for `busy` CPUs.
    double factor(int busy) {
        return clock(busy) * (1 + (share(Cost.BUSY_SIBLING) - 1) * topology.sharing(busy));
    }

    private double clock(int busy) {
        int from = FREE;
        double slow = 1;
        for (int i = 0; i < BUSY.length && busy > from; i++) {
            double to = share(AT[i]);
            double part = Math.log((double) busy / from) / Math.log((double) BUSY[i] / from);
            if (part <= 1) {
                return slow + part * (to - slow);
            }
            from = BUSY[i];
            slow = to;
        }
        return slow;
    }

    private double share(Cost percent) {
        return costs.ticks(percent) / 100.0 / CostModel.TICKS_PER_NANO;
    }
}
