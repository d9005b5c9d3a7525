package org.gleaner.lab.execute.replay;

import org.gleaner.kvm.mmu.TableCache;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.size.Size;

/// Whether a limit has room for what a protected guest pins.
///
/// One below that would end by the OOM killer. The second stage's own tables come on top, and the
/// pages by which a guest's memory is first read.
final class PinnedLimit {
    private PinnedLimit() {}

    /// Refuses it.
    ///
    /// @throws BadInput if the guest is protected and touches more than the limit has room for
    static void check(ReplayRequest request) {
        long pages = request.trace().distinctPages();
        int table = Support.paging(request).page().hugePages();
        long tables = Math.ceilDiv(request.trace().regionPages(), table);
        long ample = pages + ReplayRequest.STANDING_PAGES + 2 * tables + TableCache.PAGES;
        long room = request.memoryPages() - ReplayRequest.STANDING_PAGES;
        if (request.stage2Kind() == Stage2Choice.PROTECTED && room < pages) {
            throw new BadInput(
                    "--protected",
                    "the guest of '%s' pins all of its %,d pages, and the limit has room for %,d"
                            .formatted(request.trace().name(), pages, Math.max(room, 0)),
                    "give --memory %dp or more"
                            .formatted(ample * (request.pageSize().bytes() / Size.PAGE)));
        }
    }
}
