package org.gleaner.lab.advise;

import java.util.List;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.HostReader;
import org.gleaner.lab.scenario.HostSettings;
import org.gleaner.lab.scenario.Neighbours;

/// A host that VMs are tried on, as its file describes it.
public final class AdvisedHost {

    private final Neighbours described;

    private AdvisedHost(Neighbours described) {
        this.described = described;
    }

    /// A host's file, read once.
    public static final class File {
        private final HostReader.Written written;

        private File(HostReader.Written written) {
            this.written = written;
        }

        /// The host.
        ///
        /// @param settings laid over it, such as `host.swap.device=optane` or `aging=v6-fast-only`
        /// @throws org.gleaner.lab.BadInput if anything in it or in them is wrong
        public AdvisedHost with(List<String> settings) {
            return new AdvisedHost(written.scenario(settings));
        }
    }

    /// @param word a file's path, or `-`
    /// @throws org.gleaner.lab.BadInput if it cannot be read
    public static File file(String word, Input input) {
        return new File(HostReader.open(word, input));
    }

    /// Memory, in pages of its own.
    public long pages() {
        return described.hostPages();
    }

    /// Swap, in pages; 0 if it has none.
    public long swapPages() {
        return described.swapPages();
    }

    /// Pages that kswapd sees to it are free, up to where it stops.
    long keptFreePages() {
        long low = described.minFreePages();
        long scaled = pages() * described.host().watermarks().scaleFactor() / 10_000;
        return low + 2 * Math.max(low / 4, scaled);
    }

    public PageSizeChoice pageSize() {
        return described.host().pageSize();
    }

    public HostSettings settings() {
        return described.host();
    }

    public Configuration configuration() {
        return described.configurations().getFirst();
    }

    /// A trial of VMs on it.
    ///
    /// @param vms one or more, with names of their own, whose traces are in pages of this host
    /// @param seed of everything random in the host
    public TrialRequest trial(List<TrialVm> vms, TrialRequest.Watch watch, long seed) {
        HostSettings host = described.host();
        Configuration configuration = configuration();
        CostModelChoice costs = host.costs().on(configuration.arch());
        return new TrialRequest(
                vms, pages(), host.watermarks(), costs, choices(host, configuration, seed), watch);
    }

    private HostChoices choices(HostSettings host, Configuration configuration, long seed) {
        boolean mglru = configuration.lru() == Lru.MGLRU;
        return new HostChoices(
                new HostChoices.Reclaimer(
                        configuration.kernel(),
                        configuration.lru(),
                        mglru
                                ? configuration.lruGen(host).shownWith(configuration.aging())
                                : LruGenChoice.NONE,
                        configuration.aging(),
                        host.swappiness()),
                new HostChoices.Memory(Through.KVM, Backing.ANON, host.thp()),
                new HostChoices.SwapSpace(
                        host.swap().device(), described.swapPages(), host.swap().pageCluster()),
                new HostChoices.Processor(
                        configuration.arch(),
                        configuration.hardwareAccessed(),
                        Stage2Choice.PLAIN,
                        configuration.pageSize()),
                EngineChoice.VIRTUAL,
                seed);
    }
}
