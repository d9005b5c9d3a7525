package org.gleaner.machine;

/// What an invalidation costs that all processors obey: the interconnect takes one at a time from
/// whoever sends it (DVM), and the sender's barrier waits until it was heard everywhere. Nobody
/// else loses time.
final class BroadcastServer {
    private final long issue;
    private final long service;
    private long freeAt;

    BroadcastServer(CostModel costs) {
        issue = costs.ticks(Cost.TLB_BROADCAST);
        service = costs.ticks(Cost.TLB_BROADCAST_SERVICE);
    }

    /// When a sender that begins at `now`, with so many messages and one barrier, may go on, in
    /// ticks. Senders come in order of time.
    long heard(long now, int messages) {
        freeAt = Math.max(now, freeAt) + messages * service;
        return freeAt + issue;
    }
}
