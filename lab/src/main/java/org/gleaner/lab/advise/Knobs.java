package org.gleaner.lab.advise;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.KnobChoice;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.scenario.Limit;

/// What each knob of a host can be turned to.
final class Knobs {

    private static final String HALF = "50%";

    private Knobs() {}

    /// What it can be turned to, each a setting of the host or a file of every VM's cgroup.
    static List<Turn> turns(KnobChoice knob, AdvisedHost host, VmLimits limits) {
        return switch (knob) {
            case KERNEL -> settings("host.kernel=", host.configuration().kernel(), Kernel.values());
            case LRU -> settings("host.lru=", host.configuration().lru(), Lru.values());
            case AGING -> settings("aging=", host.configuration().aging(), designs());
            case SWAP ->
                    host.settings().swap().present()
                            ? settings(
                                    "host.swap.device=", host.settings().swap().device(), devices())
                            : List.of();
            case LOW ->
                    limits.low().word().equals(HALF)
                            ? List.of()
                            : List.of(new Turn("--low " + HALF, "", HALF));
        };
    }

    /// @param setting of the host; empty for none
    /// @param low `memory.low` of every VM; empty for what it is
    record Turn(String option, String setting, String low) {

        VmLimits limits(VmLimits given) {
            return low.isEmpty() ? given : given.withLow(Limit.parse(low));
        }
    }

    private static List<Turn> settings(String key, Choice now, Choice[] all) {
        return Arrays.stream(all)
                .filter(each -> !Objects.equals(each, now))
                .map(each -> new Turn("--set " + key + each.label(), key + each.label(), ""))
                .toList();
    }

    /// Those of kernels, and the first that took no lock.
    private static AgingChoice[] designs() {
        return Stream.concat(
                        Arrays.stream(Kernel.values()).map(Kernel::aging),
                        Stream.of(AgingChoice.V1))
                .distinct()
                .toArray(AgingChoice[]::new);
    }

    private static SwapDeviceChoice[] devices() {
        return Arrays.stream(SwapDeviceChoice.values())
                .filter(each -> each != SwapDeviceChoice.NONE)
                .toArray(SwapDeviceChoice[]::new);
    }
}
