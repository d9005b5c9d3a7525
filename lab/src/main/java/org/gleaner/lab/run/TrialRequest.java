package org.gleaner.lab.run;

import java.util.List;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.scenario.WatermarkSettings;

/// Watch some VMs for a while on one host, each in a cgroup and on a CPU of its own, that have been
/// at their work for long.
///
/// @param vms one or more
/// @param hostPages memory of the host
/// @param costs never `auto`
/// @param watch for how long, and how
public record TrialRequest(
        List<TrialVm> vms,
        long hostPages,
        WatermarkSettings watermarks,
        CostModelChoice costs,
        HostChoices host,
        Watch watch)
        implements OnHost {

    public TrialRequest {
        vms = List.copyOf(vms);
    }

    /// How VMs are watched.
    ///
    /// @param requestAccesses accesses of a request, whose stalls are added up; 1 and up
    /// @param warmUpNanos from when all have their memory until they are watched
    /// @param nanos that each is watched for, and on to the end of a request
    public record Watch(int requestAccesses, long warmUpNanos, long nanos) {}

    /// The same as traces together: what a host is built from.
    public TogetherRequest together() {
        return new TogetherRequest(
                vms.stream()
                        .map(vm ->
                                new TogetherRequest.Guest(
                                        vm.name(), vm.lap().trace(), vm.limits().max()))
                        .toList(),
                hostPages,
                host);
    }

    /// About how many accesses it takes.
    public long accesses() {
        double seconds = (watch.warmUpNanos + watch.nanos) / 1e9;
        double own = vms.stream().mapToDouble(TrialVm::accessesPerSecond).sum() * seconds;
        return (long) own + vms.stream().mapToLong(vm -> vm.lap().oldestFirst().length).sum();
    }
}
