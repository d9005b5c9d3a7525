package org.gleaner.mm.memory;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Capacity;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.jspecify.annotations.Nullable;

/// Frames that drivers have taken for themselves (`alloc_pages` of an order): the first of a block
/// has one reference, which is the driver's, the others have none. Nobody else counts, marks or
/// frees them, though the host has a record of each.
///
/// A block may be one page that is compound, whose other frames lead to the first, or so many pages
/// side by side.
public final class DriverFrames {
    /// Largest order: as many frames as a zone keeps together.
    public static final int MOST_ORDER = 9;

    private final Folios folios;
    private final Zone zone;
    private final FrameEpochs epochs;
    private final @Nullable FrameContents contents;

    public DriverFrames(
            Folios folios, Zone zone, FrameEpochs epochs, @Nullable FrameContents contents) {
        this.folios = folios;
        this.zone = zone;
        this.epochs = epochs;
        this.contents = contents;
    }

    /// `2^order` aligned frames that are a driver's from now on, none charged to any cgroup.
    ///
    /// @param order 0 to [#MOST_ORDER]
    /// @param compound they are one page; of [#MOST_ORDER] only
    /// @return the first, or -1: none are free that lie together, and nobody reclaims for them
    public int allocate(Cpu cpu, int order, boolean compound) {
        Capacity.check("order of a driver's frames", order, compound ? MOST_ORDER : 0, MOST_ORDER);
        int first = zone.allocateRange(cpu, order, zone.watermarks().min());
        for (int i = 0; first >= 0 && i < 1 << order; i++) {
            assert folios.peek(cpu, first + i) == 0
                    : "frame " + (first + i) + " was used while free";
            long head = compound ? DRIVER | LARGE | ONE_REF : DRIVER | ONE_REF;
            long tail = compound ? DRIVER | TAIL : DRIVER;
            folios.init(cpu, first + i, i == 0 ? head : tail);
        }
        return first;
    }

    /// The driver has no use for a block any more (`__free_pages`).
    ///
    /// @throws IllegalStateException if it is not that driver's, or others refer to it
    public void free(Cpu cpu, int first, int order) {
        int pages = 1 << order;
        for (int i = 0; i < pages; i++) {
            long state = folios.peek(cpu, first + i);
            if (!isDriver(state) || refcount(state) != (i == 0 ? 1 : 0)) {
                throw new IllegalStateException(
                        "frame %d is freed by a driver; its state is %x"
                                .formatted(first + i, state));
            }
        }
        if (contents != null) {
            contents.freed(cpu, first, pages);
        }
        epochs.freed(first, pages);
        for (int i = 0; i < pages; i++) {
            folios.init(cpu, first + i, 0);
        }
        zone.releaseRange(cpu, first, order);
    }
}
