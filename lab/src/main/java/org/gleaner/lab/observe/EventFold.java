package org.gleaner.lab.observe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.observe.EventLog.Event;

/// Events in bounded memory. While there is room each is by itself. When there is not, time is cut
/// into slices, and those of one track and kind that begin in one slice become one, with their
/// number and their sums; when there is no room again, slices become longer. So no event is lost in
/// a sum, and all slices of a host have one grid, in which none overlaps another but in full.
final class EventFold {
    /// By how much slices grow.
    private static final int TIMES = 4;

    private static final int KIND_BITS = 8;
    private static final int TRACK_BITS = 13;

    private static final class Sum {
        long from;
        long to;
        long count;
        long nanos;
        long a;
        long b;
        long c;
    }

    private final int most;
    private long width;
    private Map<Long, Sum> sums = new HashMap<>();

    /// @param width of slices, in nanoseconds; with 1 events are first kept by themselves
    /// @param most events or slices that are kept
    EventFold(long width, int most) {
        this.width = width;
        this.most = most;
    }

    void add(int track, int kind, long from, long to, long a, long b, long c) {
        Sum sum = sums.computeIfAbsent(key(track, kind, from), _ -> new Sum());
        if (sum.count++ == 0) {
            sum.from = from;
            sum.to = to;
        }
        sum.nanos += to - from;
        sum.a += a;
        sum.b += b;
        sum.c += c;
        if (sums.size() > most) {
            fold();
        }
    }

    private long key(int track, int kind, long from) {
        return (from / width << TRACK_BITS | track) << KIND_BITS | kind;
    }

    private void fold() {
        while (sums.size() > most / 2 && width < Long.MAX_VALUE / TIMES) {
            Map<Long, Sum> before = sums;
            width *= TIMES;
            sums = new HashMap<>();
            before.forEach((key, sum) -> merge(track(key), kind(key), sum));
        }
    }

    private void merge(int track, int kind, Sum more) {
        Sum sum = sums.computeIfAbsent(key(track, kind, more.from), _ -> new Sum());
        if (sum.count == 0) {
            sum.from = more.from;
            sum.to = more.to;
        }
        sum.from = Math.min(sum.from, more.from);
        sum.count += more.count;
        sum.nanos += more.nanos;
        sum.a += more.a;
        sum.b += more.b;
        sum.c += more.c;
    }

    private static int track(long key) {
        return (int) (key >>> KIND_BITS) & (1 << TRACK_BITS) - 1;
    }

    private static int kind(long key) {
        return (int) key & (1 << KIND_BITS) - 1;
    }

    List<Event> events() {
        List<Event> all = new ArrayList<>();
        boolean folded = width > 1;
        sums.forEach((key, sum) -> {
            long from = folded ? sum.from / width * width : sum.from;
            long to = folded ? from + width : sum.to;
            all.add(
                    new Event(
                            track(key),
                            kind(key),
                            from,
                            to,
                            sum.count,
                            sum.nanos,
                            folded || sum.count > 1,
                            sum.a,
                            sum.b,
                            sum.c));
        });
        return all;
    }
}
