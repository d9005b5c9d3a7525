package org.gleaner.lab.advise;

import java.util.List;
import org.gleaner.lab.Progress;
import org.gleaner.lab.execute.trial.TrialRun;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.run.TrialResult;
import org.gleaner.lab.run.TrialVm;

/// One host with some VMs, watched for a while: what did each of them suffer?
///
/// The same trial has the same result to the bit, on any number of cores.
///
/// @param vms one or more, with names of their own, whose traces are in pages of the host
/// @param seed of everything random in the host
public record HostTrial(AdvisedHost host, List<TrialVm> vms, TrialRequest.Watch watch, long seed) {

    public HostTrial {
        vms = List.copyOf(vms);
    }

    /// What each of them came to, in their order; on all cores.
    ///
    /// @throws org.gleaner.lab.BadInput if one does not fit Java's heap, or leaves VMs nothing
    /// @throws org.gleaner.lab.Cancelled if the user stopped it before all were done
    public static List<TrialResult> run(List<HostTrial> trials, Progress progress) {
        return TrialRun.run(
                trials.stream()
                        .map(each -> each.host.trial(each.vms, each.watch, each.seed))
                        .toList(),
                progress);
    }
}
