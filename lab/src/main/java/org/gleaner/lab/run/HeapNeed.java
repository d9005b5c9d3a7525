package org.gleaner.lab.run;

import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.Trace;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.swap.SwapArea;

/// What a host takes of Java's heap, asked before it is built: for each page frame, swap slot,
/// entry of a page table, and, with real threads, what is in memory. It counts a slot as used: a
/// page that is in memory and was never swapped takes 45 bytes with its entries in both stages, and
/// 9 less than this says.
///
/// Of the default scenario at 1/64 the live objects were 61 MiB when it was over, by a class
/// histogram, and 50 MiB before anything was swapped; this says 61.
public final class HeapNeed {
    /// Pages that anything of one host can have.
    static final long MOST_PAGES = Math.min(Folios.MOST_FRAMES, SwapArea.MOST_SLOTS);

    /// The folio table.
    private static final int FRAME = 28;

    /// Of a swap slot: its state and its owner while its cluster is in use, its share of their
    /// arrays' headers, and of its cluster's bits and queues.
    private static final double SLOT = 8 + 1 + 0.1 + 0.2;

    private static final int ENTRY = Long.BYTES;

    /// An entry of a memfd's page cache, and its share of the index above.
    private static final double CACHED = 8 + 0.2;

    private static final int MOST_WHOLE = 1 << 20;

    private HeapNeed() {}

    /// Bytes for one host.
    ///
    /// @param frames pages of memory
    /// @param slots pages of swap
    /// @param mapped pages in address spaces
    /// @param guest pages that second stages map
    static long bytes(
            long frames,
            long slots,
            long mapped,
            long guest,
            Backing backing,
            EngineChoice engine,
            PageSizeChoice pageSize) {
        int contents = engine == EngineChoice.THREADS ? pageSize.bytes() : 0;
        double page = ENTRY + (backing == Backing.MEMFD ? CACHED : 0);
        return (long) (frames * (double) (FRAME + contents) + slots * SLOT + mapped * page)
                + guest * ENTRY;
    }

    /// Bytes for one configuration of a scenario, the one that needs most.
    public static long bytes(Scenario scenario, EngineChoice engine) {
        return scenario.configurations().stream()
                .mapToLong(each -> ofHost(scenario.on(each), engine))
                .max()
                .orElseThrow();
    }

    private static long ofHost(Scenario scenario, EngineChoice engine) {
        return bytes(
                scenario.hostPages(),
                scenario.swapPages(),
                scenario.backingPages(),
                scenario.allGuestPages(),
                scenario.guest().backing(),
                engine,
                scenario.host().pageSize());
    }

    /// How many configurations of a scenario can run at once.
    ///
    /// @param atMost as many as there are processors for
    /// @throws BadInput if there is not even room for one, with the scale and the option that would
    ///     do
    public static int runsAtOnce(ScenarioRequest<?> request, int atMost, Heap heap) {
        Scenario scenario = request.scenario();
        checkPages("host.memory", scenario.hostPages(), scenario.pageBytes(), request.scale());
        checkPages("host.swap.size", scenario.swapPages(), scenario.pageBytes(), request.scale());
        checkPages("guest.memory", scenario.allGuestPages(), scenario.pageBytes(), request.scale());
        long need = bytes(scenario, request.engine());
        if (!heap.holds(need)) {
            String what = scenario.name() + " needs " + heap.shortage(need);
            String mend =
                    "set "
                            + Heap.option(need)
                            + ", or use "
                            + smaller(request.scale(), need, heap.room());
            throw new BadInput("--scale " + request.scale(), what, mend);
        }
        return (int) Math.clamp(heap.room() / Math.max(1, need), 1, atMost);
    }

    /// Asks the same for a replay and its trace.
    ///
    /// @throws BadInput if it does not fit
    public static void check(ReplayRequest request, long frames, long slots, Heap heap) {
        Trace trace = request.trace();
        if (frames > MOST_PAGES || slots > MOST_PAGES) {
            throw new BadInput(
                    trace.name(),
                    "touches %,d pages, more than can be simulated"
                            .formatted(trace.distinctPages()),
                    "replay a part of it");
        }
        long guest = request.through() == Through.KVM ? trace.regionPages() : 0;
        long need =
                bytes(
                                frames,
                                slots,
                                trace.regionPages(),
                                guest,
                                request.backing(),
                                request.engine(),
                                request.pageSize())
                        + trace.heldBytes();
        if (!heap.holds(need)) {
            throw new BadInput(
                    trace.name(),
                    "replaying %,d accesses to %,d pages needs "
                                    .formatted(trace.length(), trace.distinctPages())
                            + heap.shortage(need),
                    "set " + Heap.option(need) + ", or replay a part of it");
        }
    }

    /// Asks the same for traces together on a host, of which `atOnce` run at the same time.
    ///
    /// @param frames of each host
    /// @throws BadInput if they do not fit
    public static void check(TogetherRequest request, long frames, int atOnce, Heap heap) {
        long slots = request.swapPages();
        if (frames > MOST_PAGES || slots > MOST_PAGES) {
            throw new BadInput(
                    frames > MOST_PAGES ? "--host-memory" : "--swap-size",
                    "is more than the 2TiB that can be simulated",
                    "give less");
        }
        long mapped = request.mappedPages();
        long guest = request.through() == Through.KVM ? mapped : 0;
        long need =
                atOnce
                                * bytes(
                                        frames,
                                        slots,
                                        mapped,
                                        guest,
                                        request.backing(),
                                        request.engine(),
                                        request.pageSize())
                        + request.guests().stream()
                                .map(TogetherRequest.Guest::trace)
                                .distinct()
                                .mapToLong(Trace::heldBytes)
                                .sum();
        if (!heap.holds(need)) {
            throw new BadInput(
                    "--host-memory",
                    "replaying %,d traces with %,d pages together needs "
                                    .formatted(request.guests().size(), mapped)
                            + heap.shortage(need),
                    "set " + Heap.option(need) + ", or give less");
        }
    }

    private static void checkPages(String key, long pages, int pageBytes, Scale scale) {
        if (pages > MOST_PAGES) {
            throw new BadInput(
                    key,
                    Size.approximately(pages * pageBytes)
                            + " at --scale "
                            + scale
                            + " is more than the 2TiB that can be simulated",
                    "use " + smaller(scale, pages, MOST_PAGES));
        }
    }

    /// The first of 1/2, 1/4, ... at which what is `is` at `scale` is at most `most`.
    private static String smaller(Scale scale, long is, long most) {
        long whole = 1;
        while (whole < MOST_WHOLE && (double) is * scale.whole() / scale.part() / whole > most) {
            whole *= 2;
        }
        return "--scale " + new Scale(1, (int) whole);
    }
}
