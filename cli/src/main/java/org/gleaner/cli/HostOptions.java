package org.gleaner.cli;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.advise.AdvisedHost;
import org.gleaner.lab.advise.Objective;
import org.gleaner.lab.input.Input;
import picocli.CommandLine.Option;

/// What VMs are put on, and what each of them has to keep there.
final class HostOptions {

    @Option(
            names = "--host",
            paramLabel = "FILE",
            required = true,
            description =
                    "A host: a .yaml file with the section host of a scenario, which says its"
                            + " memory at least, and aging beside it; or - for standard input.")
    private String host = "";

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change one key of the host, such as host.kernel=6.18; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--slo",
            paramLabel = "OBJECTIVES",
            required = true,
            description =
                    "What every VM has to keep, such as 'p99 stall < 1ms, major faults < 50/s':"
                            + " p50, p90, p99, p99.9 and p99.99 of stall (a request's) or fault"
                            + " (one fault's), major faults, psi some, psi full.")
    private String slo = "";

    /// Where the host is described, as the user said it.
    String place() {
        return "--host " + host;
    }

    /// @throws BadInput if it cannot be read
    AdvisedHost.File file(Input input) {
        return AdvisedHost.file(host, input);
    }

    /// What the user has set, and `more` over it.
    List<String> settings(List<String> more) {
        List<String> all = new ArrayList<>(settings);
        all.addAll(more);
        return all;
    }

    /// @throws BadInput if there is none, or one is not understood
    List<Objective> objectives() {
        try {
            return Objective.parse(slo);
        } catch (BadInput bad) {
            throw bad.at("--slo");
        }
    }
}
