package org.gleaner.lab.generate;

import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.trace.format.AccessSink;

/// Many guests that boot at the same time, each in a name space of its own, taking turns.
///
/// A guest loads its kernel and initial file system from end to end, clears memory from end to end,
/// starts services that read and write at random in what they need of it, and then idles on a small
/// set.
final class BootStorm implements Pattern {

    /// Accesses of a guest before the next one runs.
    private static final int TURN = 64;

    @Override
    public String name() {
        return "bootstorm";
    }

    @Override
    public String summary() {
        return "guests that boot at once: load, clear, start services, idle";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.count("guests", "guests", 8, 4096),
                Parameter.pages("image", "kernel and initial file system", 2_048),
                Parameter.pages("cleared", "memory that is cleared at boot", 6_144),
                Parameter.pages("services", "memory of the services", 8_192),
                Parameter.count("starting", "accesses while they start", 40_000, 1 << 30),
                Parameter.pages("idle", "what an idle guest touches", 512),
                Parameter.share("writes", "share of the services' accesses that write", 0.4));
    }

    @Override
    public Source begin(Values values, SplittableRandom random) {
        int guests = values.count("guests");
        int image = values.count("image");
        int cleared = values.count("cleared");
        int services = values.count("services");
        int starting = values.count("starting");
        int idle = Math.min(values.count("idle"), services);
        double writes = values.number("writes");
        long[] done = new long[guests];
        return new Source() {
            private int guest = guests - 1;
            private int left;

            @Override
            public void next(AccessSink sink) {
                if (left == 0) {
                    left = TURN;
                    guest = guest + 1 == guests ? 0 : guest + 1;
                    sink.space(guest, guests == 1 ? "" : "guest" + guest);
                    sink.cpu(guest);
                }
                left--;
                access(sink, done[guest]++);
            }

            private void access(AccessSink sink, long at) {
                if (at < image) {
                    sink.access(at, true);
                } else if (at < (long) image + cleared) {
                    sink.access(at, true);
                } else {
                    boolean started = at >= (long) image + cleared + starting;
                    int page = random.nextInt(started ? idle : services);
                    sink.access((long) image + page, random.nextDouble() < writes);
                }
            }
        };
    }
}
