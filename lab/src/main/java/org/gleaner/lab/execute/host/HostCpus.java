package org.gleaner.lab.execute.host;

import java.util.Locale;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.HostSettings;
import org.gleaner.lab.size.Scale;
import org.gleaner.machine.Topology;
import org.gleaner.machine.VirtualOptions;

/// The CPUs of a scenario's host in virtual time: how they lie, and for how long a task has one
/// that others wait for.
public final class HostCpus {
    /// A switch of tasks takes more than a microsecond, however small the scale is.
    private static final long LEAST_SLICE_NANOS = 50_000;

    private HostCpus() {}

    /// What an engine is to know of them.
    public static VirtualOptions options(long seed, HostSettings host, Scale scale) {
        return VirtualOptions.seed(seed)
                .withTopology(
                        new Topology(
                                host.sockets(),
                                host.cores(),
                                host.threadsPerCore(),
                                host.coresPerCache()))
                .withSlice(slice(scale));
    }

    /// A scale shortens how long all takes, and so for how long a task waits for its CPU.
    private static long slice(Scale scale) {
        return Math.max(LEAST_SLICE_NANOS, scale.of(VirtualOptions.SLICE_NANOS));
    }

    /// Whether each task has one.
    ///
    /// @param who runs: the subject of a sentence
    /// @param tasks how many of them there are
    public static String assumption(ScenarioRequest<?> request, String who, long tasks) {
        int cpus = request.scenario().host().cpus();
        if (request.engine() != EngineChoice.VIRTUAL) {
            return who + " is a thread of this machine, whatever host.cpus says";
        }
        if (tasks <= cpus) {
            return who + " has a CPU of its own";
        }
        return String.format(
                Locale.ROOT,
                "%s runs on %s, in slices of %.3g ms where two want one",
                who,
                cpus == 1 ? "the only cpu" : "one of " + cpus + " cpus",
                slice(request.scale()) / 1e6);
    }
}
