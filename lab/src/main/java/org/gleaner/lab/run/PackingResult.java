package org.gleaner.lab.run;

import java.util.List;
import org.gleaner.lab.size.Scale;

/// How many hosts VMs need, by what a host is asked before it takes one more. The components are
/// the fields of the JSON document.
///
/// @param population file of the VMs
/// @param vms how many
/// @param scale of their memory and the host's
/// @param hostPages memory of a host at that scale
/// @param objectives that each VM has to keep
/// @param sizePages of all VMs: what they were given
/// @param touchedPages of all VMs: what they touch
/// @param ways by which VMs were put on hosts, each with its hosts
/// @param hostsSaved by simulation, of those that sizes need
/// @param trials sets of VMs that were simulated
/// @param assumed what the figures hang on, a line each
public record PackingResult(
        String population,
        int vms,
        Scale scale,
        long hostPages,
        List<String> objectives,
        long sizePages,
        long touchedPages,
        List<Way> ways,
        int hostsSaved,
        int trials,
        List<Long> seeds,
        List<String> assumed)
        implements Result {

    public PackingResult {
        objectives = List.copyOf(objectives);
        ways = List.copyOf(ways);
        seeds = List.copyOf(seeds);
        assumed = List.copyOf(assumed);
    }

    /// One way to put VMs on hosts.
    ///
    /// @param by `size`, `touched` or `simulated`
    /// @param hosts that it needs
    /// @param broken of these, those with a VM that breaks an objective
    /// @param worstVm of all hosts
    /// @param worstStrain how close it comes to breaking one: from 1 on it does
    /// @param worst what it suffered, for people
    public record Way(
            String by,
            List<Host> hosts,
            int broken,
            String worstVm,
            double worstStrain,
            String worst) {

        public Way {
            hosts = List.copyOf(hosts);
        }
    }

    /// A host.
    ///
    /// @param strain of its worst VM; [Double#MAX_VALUE] if that was killed
    public record Host(
            List<String> vms, long sizePages, long touchedPages, String worstVm, double strain) {

        public Host {
            vms = List.copyOf(vms);
        }
    }

    @Override
    public List<String> failures() {
        return List.of();
    }
}
