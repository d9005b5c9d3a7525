package org.gleaner.lab.execute;

import java.util.function.Supplier;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
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

/// What a host is made of, as a scenario and one of its configurations describe it.
final class HostSetup {
    /// The least pages that a per-CPU list takes at once, if it takes more at full size: at a small
    /// scale such lists would hold a good part of memory.
    private static final int LEAST_PCP_BATCH = 8;

    private HostSetup() {}

    /// As [#config], with the line that a user gets where something outgrows what a host has room
    /// for.
    ///
    /// @param what it is that asks for too much
    static HostConfig checked(String what, Supplier<HostConfig> config) {
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
    static HostConfig config(
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
        return checked(
                scenario.name(),
                () ->
                        new HostConfig(
                                paging,
                                frames,
                                zram,
                                new Watermarks(low, low + delta, low + 2 * delta),
                                (int) Math.max(Math.min(LEAST_PCP_BATCH, batch), scale.of(batch)),
                                true,
                                Support.swap(device),
                                Support.disk(device),
                                slots,
                                scenario.host().swap().pageCluster(),
                                scenario.host().swappiness(),
                                Preemption.NONE,
                                scenario.seed(),
                                Support.thp(scenario.host().thp()),
                                Support.kernel(configuration.kernel()),
                                LruGenCaps.of(mglru ? lruGen.commonBits() : 0),
                                plan.secondary(lruGen.walksSecondary()),
                                tables,
                                memcgs,
                                scenario.vcpuCount() + actors + 16));
    }
}
