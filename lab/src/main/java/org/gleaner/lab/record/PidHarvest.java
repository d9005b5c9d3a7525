package org.gleaner.lab.record;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.choice.AccessInterface;
import org.gleaner.lab.trace.format.AccessSink;
import org.jspecify.annotations.Nullable;

/// Records a live process by its accessed bits: at the end of each interval it asks which pages
/// were accessed, and clears the bits.
///
/// Most kernels say of an area how many of its pages were accessed and not which, so the record is
/// of regions: every page of such an area that is resident is taken to be accessed once, in
/// ascending order. Where writes are known, they are known for each page.
public final class PidHarvest {

    private static final long POLL_MILLIS = 50;
    private static final long MILLION = 1_000_000;

    private final Target target;
    private final long everyNanos;
    private final long forNanos;
    private final BooleanSupplier interrupted;
    private final @Nullable AccessInterface asked;

    /// What a harvest came to.
    ///
    /// @param method how accesses were found
    /// @param resolution what that tells apart
    /// @param writes how writes were found
    /// @param unused what else the kernel has to find them by, or has not
    /// @param ended whether the process ended before the time was up
    /// @param accesses handed on
    /// @param known of these, pages that really were accessed, as the kernel counts them
    /// @param largest pages of the largest area that was accessed
    /// @param areas that the process had at most
    /// @param clearMillis mean time of clearing, for which the process's memory is locked
    /// @param readMillis mean time of reading
    /// @param seconds altogether
    public record Harvested(
            String method,
            String resolution,
            String writes,
            List<String> unused,
            int intervals,
            boolean ended,
            boolean interrupted,
            long accesses,
            long known,
            long largest,
            int areas,
            double clearMillis,
            double readMillis,
            double seconds) {}

    /// @param every length of an interval in nanoseconds
    /// @param forNanos of the whole
    /// @param interrupted whether the user asked to stop
    /// @param asked what accesses are found by; null for the finest that there is
    public PidHarvest(
            Target target,
            long every,
            long forNanos,
            BooleanSupplier interrupted,
            @Nullable AccessInterface asked) {
        this.target = target;
        this.asked = asked;
        this.everyNanos = every;
        this.forNanos = forNanos;
        this.interrupted = interrupted;
    }

    /// Runs until the time is up, the process ends or the user stops it.
    ///
    /// @throws BadInput if the process ends before the first interval does
    /// @throws Cancelled if the user stops it before that
    public Harvested run(AccessSink sink) {
        Interfaces.Chosen chosen = Interfaces.OF_THIS_KERNEL.choose(target, asked, everyNanos);
        try (AccessWatch watch = chosen.watch();
                WriteTracking writes = WriteTracking.of(target)) {
            return new Run(sink, watch, chosen.unused(), writes).run();
        } catch (Target.Gone e) {
            throw new BadInput(
                    "--pid " + target.pid(),
                    "ended before anything was recorded",
                    "start it again, and shorten --every",
                    e);
        }
    }

    private final class Run {
        private final AccessSink sink;
        private final AccessWatch tracking;
        private final List<String> unused;
        private final WriteTracking writes;
        private final long start = System.nanoTime();
        private int intervals;
        private long accesses;
        private long known;
        private long largest;
        private int mostAreas;
        private long clearNanos;
        private long readNanos;
        private PageRuns written = new PageRuns();

        Run(AccessSink sink, AccessWatch tracking, List<String> unused, WriteTracking writes) {
            this.unused = unused;
            this.sink = sink;
            this.tracking = tracking;
            this.writes = writes;
        }

        Harvested run() throws Target.Gone {
            List<Target.Area> first = target.areas();
            writes.clear(first);
            tracking.clear(first);
            boolean ended = false;
            long next = start;
            while (next - start + everyNanos <= forNanos) {
                long began = next;
                // A look may take longer than an interval.
                next = Math.max(next + everyNanos, System.nanoTime());
                if (!sleep(next)) {
                    break;
                }
                try {
                    interval(began - start);
                } catch (Target.Gone e) {
                    ended = true;
                    break;
                }
            }
            if (intervals == 0 && !ended) {
                throw new Cancelled();
            }
            if (intervals == 0) {
                throw new Target.Gone();
            }
            return new Harvested(
                    tracking.text(),
                    tracking.resolution(),
                    writes.text(),
                    unused,
                    intervals,
                    ended,
                    interrupted.getAsBoolean(),
                    accesses,
                    known,
                    largest,
                    mostAreas,
                    (double) clearNanos / MILLION / intervals,
                    (double) readNanos / MILLION / intervals,
                    (System.nanoTime() - start) / 1e9);
        }

        /// Whether the time has come, and not the end.
        private boolean sleep(long until) {
            try {
                for (long left = until - System.nanoTime(); left > 0; ) {
                    if (interrupted.getAsBoolean()) {
                        return false;
                    }
                    Thread.sleep(Math.max(1, Math.min(left / MILLION, POLL_MILLIS)));
                    left = until - System.nanoTime();
                }
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        private void interval(long began) throws Target.Gone {
            long before = System.nanoTime();
            List<Target.Area> areas = target.areas();
            if (areas.isEmpty()) {
                throw new Target.Gone(); // a zombie
            }
            written = writes.collect(areas);
            tracking.look(areas);
            long read = System.nanoTime();
            tracking.clear(areas);
            clearNanos += System.nanoTime() - read;
            readNanos += read - before;
            mostAreas = Math.max(mostAreas, areas.size());
            AccessWatch.Accessed accessed = tracking.accessed(areas);
            known += accessed.known();
            largest = Math.max(largest, accessed.largest());
            sink.time(began);
            accessed.pages().forEach(this::emit);
            intervals++;
        }

        private void emit(long page) {
            accesses++;
            sink.access(page, written.has(page));
        }
    }
}
