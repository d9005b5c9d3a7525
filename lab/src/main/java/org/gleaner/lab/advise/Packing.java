package org.gleaner.lab.advise;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.gleaner.lab.Progress;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.run.TrialResult;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.scenario.HostShare;

/// Puts VMs on as many hosts of one kind as they need, each on the first that takes it, in their
/// order.
///
/// A host takes one more VM if it still keeps the objectives with it when it is simulated, with
/// every seed; or, to compare, if memory that is added up does not exceed what the host has for
/// guests. Each set of VMs is simulated once. Hosts are tried some at a time, on all cores; which
/// ones are tried does not change who takes the VM.
public final class Packing {

    private final AdvisedHost host;
    private final List<List<TrialVm>> bySeed;
    private final TrialRequest.Watch watch;
    private final long firstSeed;
    private final ToDoubleFunction<TrialResult.Vm> strain;
    private final Progress progress;
    private final Map<BitSet, List<TrialResult>> trials = new HashMap<>();

    /// @param bySeed the same VMs for each seed, in the order in which they come, with names of
    ///     their own
    /// @param firstSeed of everything random in a host; others follow it
    /// @param strain of a VM: how close it comes to breaking an objective, which it does from 1 on
    public Packing(
            AdvisedHost host,
            List<List<TrialVm>> bySeed,
            TrialRequest.Watch watch,
            long firstSeed,
            ToDoubleFunction<TrialResult.Vm> strain,
            Progress progress) {
        this.host = host;
        this.bySeed = List.copyOf(bySeed);
        this.watch = watch;
        this.firstSeed = firstSeed;
        this.strain = strain;
        this.progress = progress;
    }

    /// A host with VMs.
    ///
    /// @param vms numbers of theirs, growing
    /// @param strain of the worst of them, in any seed
    /// @param worst its number
    public record Packed(List<Integer> vms, double strain, int worst) {

        public boolean holds() {
            return strain < 1;
        }
    }

    private List<TrialVm> vms() {
        return bySeed.getFirst();
    }

    /// Sets of VMs that were simulated.
    public int trialCount() {
        return trials.size();
    }

    /// Pages that a host has for guests, if they touch so many.
    long usablePages(long touched) {
        return HostShare.of(
                        host.pages(),
                        touched,
                        touched,
                        host.settings().swap().device(),
                        host.pageSize().bytes())
                .usablePages();
    }

    /// Pages that a VM touches.
    static long touched(TrialVm vm) {
        return vm.lap().trace().distinctPages();
    }

    /// By memory that is added up: `pages` of all VMs on a host come to no more than it has for
    /// them. A VM that exceeds that alone has a host of its own. Each host is simulated too.
    public List<Packed> byAddingUp(ToLongFunction<TrialVm> pages) {
        List<BitSet> hosts = new ArrayList<>();
        for (int vm = 0; vm < vms().size(); vm++) {
            BitSet found = null;
            for (BitSet each : hosts) {
                if (fits(with(each, vm), pages)) {
                    found = each;
                    break;
                }
            }
            if (found == null) {
                found = new BitSet();
                hosts.add(found);
            }
            found.set(vm);
        }
        simulate(hosts);
        return hosts.stream().map(this::packed).toList();
    }

    private boolean fits(BitSet set, ToLongFunction<TrialVm> pages) {
        long all = set.stream().mapToLong(i -> pages.applyAsLong(vms().get(i))).sum();
        long touched = set.stream().mapToLong(i -> touched(vms().get(i))).sum();
        return all <= usablePages(touched);
    }

    /// By simulation. A VM that breaks an objective alone has a host of its own, which does not
    /// hold.
    public List<Packed> bySimulating() {
        List<BitSet> hosts = new ArrayList<>();
        int atOnce = Runtime.getRuntime().availableProcessors();
        progress.begin("pack " + vms().size() + " VMs", vms().size());
        try {
            for (int vm = 0; vm < vms().size(); vm++) {
                int taker = taker(hosts, vm, atOnce);
                if (taker < 0) {
                    taker = hosts.size();
                    hosts.add(new BitSet());
                }
                hosts.get(taker).set(vm);
                progress.at(vm + 1);
            }
        } finally {
            progress.end();
        }
        simulate(hosts);
        return hosts.stream().map(this::packed).toList();
    }

    /// The first host that takes a VM; -1 if none does.
    private int taker(List<BitSet> hosts, int vm, int atOnce) {
        for (int from = 0; from < hosts.size(); from += atOnce) {
            int to = Math.min(hosts.size(), from + atOnce);
            List<BitSet> tried =
                    hosts.subList(from, to).stream()
                            .map(each -> with(each, vm))
                            .filter(this::hasRoom)
                            .toList();
            simulate(tried);
            for (int i = from; i < to; i++) {
                BitSet set = with(hosts.get(i), vm);
                if (hasRoom(set) && packed(set).holds()) {
                    return i;
                }
            }
        }
        return -1;
    }

    private static BitSet with(BitSet set, int vm) {
        BitSet more = (BitSet) set.clone();
        more.set(vm);
        return more;
    }

    /// Whether VMs have room in memory and swap together, all reclaimed: with less, one is killed.
    private boolean hasRoom(BitSet set) {
        long touched = set.stream().mapToLong(i -> touched(vms().get(i))).sum();
        return touched <= usablePages(touched) + host.swapPages();
    }

    private void simulate(List<BitSet> sets) {
        Set<BitSet> missing = new LinkedHashSet<>(sets);
        missing.removeAll(trials.keySet());
        List<HostTrial> wanted = new ArrayList<>();
        for (BitSet set : missing) {
            for (int seed = 0; seed < bySeed.size(); seed++) {
                List<TrialVm> all = bySeed.get(seed);
                List<TrialVm> some = set.stream().mapToObj(all::get).toList();
                wanted.add(new HostTrial(host, some, watch, firstSeed + seed));
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        List<TrialResult> results = HostTrial.run(wanted, Progress.quiet(progress));
        int at = 0;
        for (BitSet set : missing) {
            int to = at + bySeed.size();
            trials.put((BitSet) set.clone(), List.copyOf(results.subList(at, to)));
            at = to;
        }
    }

    /// What a set came to that was simulated.
    private Packed packed(BitSet set) {
        List<Integer> vms = set.stream().boxed().toList();
        double most = -1;
        int worst = vms.getFirst();
        for (TrialResult result : trials.getOrDefault(set, List.of())) {
            for (int i = 0; i < vms.size(); i++) {
                double own = strain.applyAsDouble(result.vms().get(i));
                if (own > most) {
                    most = own;
                    worst = vms.get(i);
                }
            }
        }
        return new Packed(vms, most, worst);
    }

    /// The result of one seed for a host that was simulated: what its worst VM suffered.
    public TrialResult.Vm suffered(Packed of) {
        BitSet set = new BitSet();
        of.vms().forEach(set::set);
        int at = of.vms().indexOf(of.worst());
        return trials.getOrDefault(set, List.of()).stream()
                .map(result -> result.vms().get(at))
                .max((a, b) -> Double.compare(strain.applyAsDouble(a), strain.applyAsDouble(b)))
                .orElseThrow();
    }

    /// All VMs, by number, for messages.
    public String name(int vm) {
        return vms().get(vm).name();
    }

    /// Pages of VMs together.
    public long sum(List<Integer> of, ToLongFunction<TrialVm> pages) {
        return of.stream().mapToLong(i -> pages.applyAsLong(vms().get(i))).sum();
    }

    /// Pages that VMs touch together.
    public long touchedPages(List<Integer> of) {
        return sum(of, Packing::touched);
    }

    /// Numbers of all VMs.
    public List<Integer> all() {
        return IntStream.range(0, vms().size()).boxed().toList();
    }
}
