package org.gleaner.mm;

import java.util.function.Function;
import org.gleaner.mm.memory.FrameContents;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.swap.SwapDevice;
import org.jspecify.annotations.Nullable;

/// What a host may be given instead of making it itself.
///
/// @param contents what is in page frames; null if pages are empty
/// @param device makes the swap device, which tells the host when I/O has ended
/// @param steps how the memory manager's protocols are carried out
public record HostParts(
        @Nullable FrameContents contents,
        Function<SwapDevice.Completion, SwapDevice> device,
        MemorySteps steps) {}
