package org.gleaner.mm.memory;

import org.gleaner.mm.folio.Folios;
import org.jspecify.annotations.Nullable;

/// The one node of a host (`pg_data_t`): a zone of free frames, who takes frames from it for good,
/// and what is known of each frame besides its folio.
public final class MemoryNode {
    private final Zone zone;
    private final FrameEpochs epochs;
    private final @Nullable FrameContents contents;
    private final DriverFrames driverFrames;
    private final HugetlbPool hugetlb;

    /// @param contents what is in the frames; null if they are empty
    public MemoryNode(Folios folios, Zone zone, @Nullable FrameContents contents) {
        this.zone = zone;
        this.contents = contents;
        epochs = new FrameEpochs(folios.frames());
        driverFrames = new DriverFrames(folios, zone, epochs, contents);
        hugetlb = new HugetlbPool(folios, zone, epochs, contents);
    }

    public Zone zone() {
        return zone;
    }

    /// How often each frame was freed.
    public FrameEpochs epochs() {
        return epochs;
    }

    /// What is in the frames; null if they are empty.
    public @Nullable FrameContents contents() {
        return contents;
    }

    /// The frames that drivers take for themselves.
    public DriverFrames driverFrames() {
        return driverFrames;
    }

    /// Huge pages that are set apart for hugetlb files: none until it is grown.
    public HugetlbPool hugetlb() {
        return hugetlb;
    }
}
