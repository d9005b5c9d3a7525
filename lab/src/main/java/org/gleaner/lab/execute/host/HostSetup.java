package org.gleaner.lab.execute.host;

import java.util.function.Supplier;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.run.OnHost;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.HostShare;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Scale;
import org.gleaner.machine.Capacity;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.reclaim.Preemption;

/// What a host is made of, as a scenario and one of its configurations describe it, or a request
/// to replay traces.
public final class HostSetup {
    /// The least pages that a per-CPU list takes at once, if it takes more at full size: at a small
    /// scale such lists would hold a good part of memory.
    private static final int LEAST_PCP_BATCH = 8;

    private HostSetup() {}

    /// As [#config], with the line that a user gets where something outgrows what a host has room
    /// for.
    ///
    /// @param what it is that asks for too much
    public static HostConfig checked(String what, Supplier<HostConfig> config) {
        try {
            return config.get();
        } catch (Capacity.Exceeded exceeded) {
            throw new BadInput(
                    what, String.valueOf(exceeded.getMessage()), "ask for less", exceeded);
        }
    }

    /// @param scenario on the configuration's host
    /// @param share what the guests can have of the host's memory
    /// @throws BadInput if something is more than a host has room for
    /// @param memcgs cgroups, the root included
    /// @param actors that run besides the vCPUs and the kernel's daemons
    public static HostConfig config(
            Scenario scenario,
            Configuration configuration,
            AgingPlan plan,
            SwapDeviceChoice device,
            Scale scale,
            HostShare share,
            int memcgs,
            int actors) {
        LruGenChoice lruGen = configuration.lruGen(scenario.host());
        boolean mglru = configuration.lru() == Lru.MGLRU;
        int zram = Math.toIntExact(share.zramPages());
        int frames = Math.toIntExact(share.usablePages()) + zram;
        int slots = device == SwapDeviceChoice.NONE ? 0 : Math.toIntExact(scenario.swapPages());
        HostPaging paging = Support.paging(configuration.arch(), configuration.pageSize());
        long low = scenario.minFreePages();
        long delta =
                Math.max(
                        low / 4,
                        scenario.hostPages() * scenario.host().watermarks().scaleFactor() / 10_000);
        int tables =
                (int)
                        Math.min(
                                1 << 22,
                                scenario.backingPages() / paging.page().hugePages() * 2 + 4096);
        int batch = Support.pcpBatch(configuration.pageSize());
        int pcpBatch = (int) Math.max(Math.min(LEAST_PCP_BATCH, batch), scale.of(batch));
        return checked(
                scenario.name(),
                () ->
                        new HostConfig(
                                Support.kernel(configuration.kernel()),
                                paging,
                                new HostConfig.Memory(
                                        frames,
                                        zram,
                                        new Watermarks(low, low + delta, low + 2 * delta),
                                        pcpBatch,
                                        Support.thp(scenario.host().thp())),
                                new HostConfig.Swap(
                                        Support.disk(device),
                                        slots,
                                        scenario.host().swap().pageCluster()),
                                new HostConfig.Reclaimer(
                                        LruGenCaps.of(mglru ? lruGen.commonBits() : 0),
                                        plan.secondary(lruGen.walksSecondary()),
                                        scenario.host().swappiness(),
                                        true,
                                        Preemption.NONE),
                                new HostConfig.Room(
                                        tables, memcgs, scenario.vcpuCount() + actors + 16),
                                scenario.seed()));
    }

    /// A host of traces that run out of nothing but their limits: whoever needs memory reclaims
    /// there, and nobody else does.
    ///
    /// @param frames of its memory
    /// @param slots of its swap
    /// @param mappedPages that all processes map
    /// @param memcgs cgroups, the root included
    /// @throws Capacity.Exceeded if something is more than a host has room for
    public static HostConfig underLimits(
            OnHost request,
            long frames,
            long slots,
            long mappedPages,
            int memcgs,
            Preemption preemption) {
        int table = Support.paging(request).page().hugePages();
        HostConfig.Memory memory =
                HostConfig.Memory.of(
                                Math.toIntExact(frames),
                                Watermarks.of(frames, 10),
                                Support.pcpBatch(request.pageSize()))
                        .withThp(Support.thp(request.thp()));
        return replaying(
                request,
                memory,
                slots,
                reclaimer(request, preemption),
                new HostConfig.Room((int) (mappedPages / table * 2 + 4096), memcgs, 16));
    }

    /// A host of traces, of so much memory and so many slots of swap.
    public static HostConfig replaying(
            OnHost request,
            HostConfig.Memory memory,
            long slots,
            HostConfig.Reclaimer reclaimer,
            HostConfig.Room room) {
        return new HostConfig(
                Support.kernel(request.kernel()),
                Support.paging(request),
                memory,
                new HostConfig.Swap(
                        Support.disk(request.swap()),
                        Math.toIntExact(slots),
                        request.pageCluster()),
                reclaimer,
                room,
                request.seed());
    }

    /// Who takes pages back on a host of traces, without kswapd.
    public static HostConfig.Reclaimer reclaimer(OnHost request, Preemption preemption) {
        return new HostConfig.Reclaimer(
                LruGenCaps.of(request.lruGen().commonBits()),
                Support.plan(request.aging()).secondary(request.lruGen().walksSecondary()),
                request.swappiness(),
                false,
                preemption);
    }
}
