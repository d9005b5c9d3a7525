package org.gleaner.lab.execute;

import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.CostModel;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.PteFormat;
import org.gleaner.lab.choice.SwapDevice;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.machine.Engine;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.memcg.MemcgRules;
import org.gleaner.pagetable.SpteFormat;

/// From the words of a request to the parts of the machine, and what is not built yet.
final class Support {
    private Support() {}

    static Engine engine(org.gleaner.lab.choice.Engine choice, CostModel costs, long seed) {
        var model = org.gleaner.machine.CostModel.named(costs.label());
        return switch (choice) {
            case VIRTUAL -> new VirtualEngine(model, VirtualOptions.seed(seed));
            case THREADS -> new ThreadEngine(model);
        };
    }

    static SpteFormat format(PteFormat choice) {
        return switch (choice) {
            case EPT -> SpteFormat.EPT;
            case EPT_NOAD -> SpteFormat.EPT_NO_AD;
            case NPT -> SpteFormat.NPT;
        };
    }

    static HostConfig.Swap swap(SwapDevice device) {
        return device == SwapDevice.DISK ? HostConfig.Swap.DISK : HostConfig.Swap.ZRAM;
    }

    static MemcgRules memcgRules(Kernel kernel) {
        return switch (kernel) {
            case V6_1 -> MemcgRules.V6_1;
            case V6_12 -> MemcgRules.V6_12;
            case V6_18 -> MemcgRules.V6_18;
        };
    }

    /// How many hosts to run at once: one of real threads takes all cores, one in virtual time a single one.
    static int runsAtOnce(org.gleaner.lab.choice.Engine choice) {
        return choice == org.gleaner.lab.choice.Engine.VIRTUAL
                ? Runtime.getRuntime().availableProcessors()
                : 1;
    }

    /// @throws BadInput if something that the scenario asks for is not there
    static void check(Scenario scenario) {
        scenario.configurations().forEach(c -> checkKernel(c.kernel()));
        checkReadAhead(scenario.host().swap().device(), scenario.host().swap().pageCluster());
    }

    /// @throws BadInput if the kernel's reclaim rules are not there
    static void checkKernel(Kernel kernel) {
        if (kernel != Kernel.V6_12) {
            throw new BadInput(
                    "kernel " + kernel.label(), "its reclaim rules are not built yet", "use 6.12");
        }
    }

    /// @throws BadInput if swap read-ahead is asked for, which is not there
    static void checkReadAhead(SwapDevice device, int pageCluster) {
        if (device == SwapDevice.DISK && pageCluster > 0) {
            throw new BadInput(
                    "page-cluster " + pageCluster,
                    "swap read-ahead is not built yet",
                    "give 0, which reads one page at a time");
        }
    }
}
