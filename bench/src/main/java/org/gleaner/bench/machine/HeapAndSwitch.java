package org.gleaner.bench.machine;

import java.util.PriorityQueue;
import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;

/// What a simulator of actors does at the least if nobody has thought about it: a heap of times,
/// and a change of stacks at every event. No locks, no lines, no memory.
final class HeapAndSwitch {
    private static final ContinuationScope SCOPE = new ContinuationScope("baseline");

    private record Event(long time, int actor) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int order = Long.compare(time, other.time);
            return order != 0 ? order : Integer.compare(actor, other.actor);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Continuation[] actors;
    private final long[] times;
    private long steps;

    HeapAndSwitch(int actors, long stepsEach) {
        this.actors = new Continuation[actors];
        times = new long[actors];
        for (int a = 0; a < actors; a++) {
            int id = a;
            this.actors[a] = new Continuation(SCOPE, () -> act(id, stepsEach));
            events.add(new Event(0, a));
        }
    }

    /// Runs all actors to their end; returns how many steps they took.
    long run() {
        for (Event event = events.poll(); event != null; event = events.poll()) {
            actors[event.actor].run();
        }
        return steps;
    }

    private void act(int id, long count) {
        long random = id + 1L;
        for (long i = 0; i < count; i++) {
            random ^= random << 13;
            random ^= random >>> 7;
            random ^= random << 17;
            times[id] += 50 + (random & 63);
            events.add(new Event(times[id], id));
            Continuation.yield(SCOPE);
            steps++;
        }
    }
}
