package org.gleaner.lab.execute.together;

import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.execute.host.HostSetup;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.run.TogetherRequest;
import org.gleaner.lab.scenario.HostShare;
import org.gleaner.lab.scenario.WatermarkSettings;
import org.gleaner.lab.size.Size;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.reclaim.Preemption;

/// What a host is made of that traces share as its guests. What the kernel needs of its memory to
/// manage it is taken off as for scenarios ([HostShare]).
///
/// @param share what the guests can have of its memory
public record SharedHost(TogetherRequest request, AgingPlan aging, HostShare share) {

    public static SharedHost of(TogetherRequest request) {
        long touched = request.touchedPages();
        long mapped = request.through() == Through.KVM ? touched : 0;
        return new SharedHost(
                request,
                Support.plan(request.aging()),
                HostShare.of(
                        request.hostPages(),
                        touched,
                        mapped,
                        request.swap(),
                        request.pageSize().bytes()));
    }

    /// @param option that says how much memory it has, for the fault
    /// @throws BadInput if that is too little for any guest, or too much to be simulated
    public HostConfig config(String option, WatermarkSettings watermarks) {
        int page = request.pageSize().bytes();
        long low = watermarks.minFree().bytes(request.hostPages() * page) / page;
        int table = Support.paging(request).page().hugePages();
        long delta = Math.max(low / 4, request.hostPages() * watermarks.scaleFactor() / 10_000);
        if (share.usablePages() < 4 * (low + 2 * delta)) {
            throw new BadInput(
                    option,
                    Size.approximately(request.hostPages() * page)
                            + " leaves next to nothing for guests",
                    "give more");
        }
        int zram = Math.toIntExact(share.zramPages());
        int all = request.guests().size();
        int tables = (int) Math.min(1 << 22, request.mappedPages() / table * 2 + 4096);
        return HostSetup.checked(
                option,
                () ->
                        HostSetup.replaying(
                                request,
                                new HostConfig.Memory(
                                        Math.toIntExact(share.usablePages()) + zram,
                                        zram,
                                        new Watermarks(low, low + delta, low + 2 * delta),
                                        pcpBatch(),
                                        Support.thp(request.thp())),
                                request.swapPages(),
                                HostSetup.reclaimer(request, Preemption.NONE).withKswapd(),
                                new HostConfig.Room(tables, 1 + all, 2 * all + 20)));
    }

    /// Pages that a per-CPU list takes at once, fewer where that would be a good part of a small
    /// host.
    private int pcpBatch() {
        int most = Support.pcpBatch(request.pageSize());
        return (int) Math.clamp(request.hostPages() / 1024 / request.guests().size(), 1, most);
    }
}
