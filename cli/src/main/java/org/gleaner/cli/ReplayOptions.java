package org.gleaner.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AccessFlagChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.run.Combination;
import org.gleaner.lab.run.Factor;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.ReplayPlan;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.TogetherRequest;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options of `gleaner replay` that say how a trace is replayed.
final class ReplayOptions {

    @Mixin private MemoryOptions memory = new MemoryOptions();

    @Mixin private FactorOptions factors = new FactorOptions();

    @Mixin private SwapOptions swap = new SwapOptions();

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            converter = Each.Policies.class,
            description =
                    "Count exact misses of policies beside them: lru, fifo, clock,"
                            + " clock_insert_then_evict, clock_ref1_on_insert, clock_pro, opt, arc, car,"
                            + " s3fifo, sieve, lirs, 2q. Each has as many frames as the limit has pages.")
    private @Nullable Each<PolicyChoice> policy;

    @Option(
            names = "--sample",
            paramLabel = "RATE",
            description =
                    "Replay so many of the pages only, such as 1/64, with as much less memory: counts"
                            + " of the whole trace, each within a band.")
    private @Nullable Scale sample;

    @Option(
            names = "--backing",
            paramLabel = "BACKING",
            defaultValue = "anon",
            description = "anon or memfd (default: anon).")
    private Backing backing = Backing.ANON;

    @Option(
            names = "--thp",
            paramLabel = "WHEN",
            defaultValue = "never",
            description =
                    "Huge pages for anonymous memory: never or always, at the first touch of an "
                            + "aligned 2 MiB, or what a page table of other pages maps"
                            + " (default: never).")
    private Thp thp = Thp.NEVER;

    @Option(
            names = "--host-memory",
            paramLabel = "SIZE",
            description =
                    "Replay all traces at the same time, as guests of one host with so much memory,"
                            + " as for --memory of what all of them touch; --memory is then each"
                            + " guest's own limit (default: none).")
    private @Nullable Size hostMemory;

    @Option(
            names = "--age-every",
            paramLabel = "N",
            defaultValue = "0",
            description = "Force an aging pass every N accesses, 0 for never (default: 0).")
    private long ageEvery;

    @Option(
            names = "--arch",
            paramLabel = "ARCH",
            defaultValue = "x86",
            description =
                    "The host's processor: x86, or arm64, whose second stage breaks entries before"
                            + " it makes others (default: x86).")
    private ArchChoice arch = ArchChoice.X86;

    @Option(
            names = "--hardware-af",
            paramLabel = "SWITCH",
            description =
                    "Whether an arm64 processor sets the access flag by itself: on, or off, where an"
                            + " access through a clear one faults; ac03-cpu-38: on but for"
                            + " guests, as KVM works round that erratum (default: on).")
    private @Nullable AccessFlagChoice hardwareFlag;

    @Option(
            names = "--protected",
            description =
                    "Keep an arm64 guest from its host (pKVM): what it has touched stays pinned, and"
                            + " neither ages nor goes.")
    private boolean isProtected;

    @Option(
            names = "--page-size",
            paramLabel = "SIZE",
            defaultValue = "4KiB",
            description =
                    "Bytes of the host's pages: 4KiB, or on arm64 16KiB or 64KiB. 4 or 16 pages of a"
                            + " trace are then one, and what counts pages counts those"
                            + " (default: 4KiB).")
    private PageSizeChoice pageSize = PageSizeChoice.KIB_4;

    /// A trace in pages of the host.
    Trace inHostPages(Trace trace) {
        return trace.inPagesOf(pageSize.bytes());
    }

    private boolean hardwareAccessed() {
        return hardwareFlag != AccessFlagChoice.OFF;
    }

    private Stage2Choice stage2Kind() {
        if (isProtected) {
            return Stage2Choice.PROTECTED;
        }
        return hardwareFlag == AccessFlagChoice.AC03_CPU_38
                ? Stage2Choice.AC03_CPU_38
                : Stage2Choice.PLAIN;
    }

    /// Whether the traces are guests of one host.
    boolean together() {
        return hostMemory != null;
    }

    /// All traces as guests of one host, with every combination of what has several values.
    ///
    /// @throws BadInput if an option has no meaning for guests of one host
    List<TogetherRequest> hosts(List<Trace> traces, EngineChoice engine, List<Long> seeds) {
        if (factors.compared() != null || policy != null || memory.isCurve() || ageEvery > 0) {
            throw new BadInput(
                    "--host-memory",
                    "goes with one limit for each trace, and without --compare, --policy and"
                            + " --age-every",
                    "leave them out, or --host-memory");
        }
        TogetherPlan together =
                new TogetherPlan(traces, memory, Objects.requireNonNull(hostMemory));
        List<TogetherRequest> all = new ArrayList<>();
        for (FactorOptions.Chosen one : factors.combinations(usual())) {
            for (long seed : seeds) {
                HostChoices host = host(one, swap.pages(together, pageSize), engine, seed);
                all.add(new TogetherRequest(together.guests(), together.hostPages(), host));
            }
        }
        return all;
    }

    private Through usual() {
        return together() ? Through.KVM : Through.HOST;
    }

    private HostChoices host(
            FactorOptions.Chosen one, long swapPages, EngineChoice engine, long seed) {
        return new HostChoices(
                new HostChoices.Reclaimer(
                        one.kernel(),
                        one.lru(),
                        arch.offers(factors.lruGen(one), hardwareAccessed()),
                        one.aging(),
                        swap.swappiness()),
                new HostChoices.Memory(one.through(), backing, thp),
                new HostChoices.SwapSpace(swap.device(), swapPages, swap.pageCluster()),
                new HostChoices.Processor(arch, hardwareAccessed(), stage2Kind(), pageSize),
                engine,
                seed);
    }

    /// Every trace with every combination of what has several values, the last option's next to
    /// each other.
    ///
    /// @param seeds to replay each with
    /// @param observation where what its hosts look like over time is to be kept
    ReplayPlan plan(
            List<Trace> traces, EngineChoice engine, List<Long> seeds, Observation observation) {
        List<Combination> all = new ArrayList<>();
        for (Trace trace : traces) {
            for (MemoryOptions.Limit limit : memory.limits(trace)) {
                for (FactorOptions.Chosen one : factors.combinations(usual())) {
                    all.add(combination(trace, limit, one, engine, seeds));
                }
            }
        }
        return new ReplayPlan(
                all,
                policy == null ? List.of() : policy.values(),
                memory.isCurve(),
                factors.compared(),
                sample,
                observation);
    }

    private Combination combination(
            Trace trace,
            MemoryOptions.Limit limit,
            FactorOptions.Chosen one,
            EngineChoice engine,
            List<Long> seeds) {
        Map<Factor, String> values = new EnumMap<>(Factor.class);
        values.put(Factor.TRACE, trace.name());
        values.put(Factor.MEMORY, limit.size().toString());
        factors.label(one, values);
        long swapPages = swap.pages(trace, pageSize);
        return new Combination(
                name(values),
                values,
                seeds.stream()
                        .map(seed ->
                                new ReplayRequest(
                                        trace,
                                        limit.pages(),
                                        host(one, swapPages, engine, seed),
                                        ageEvery))
                        .toList());
    }

    private String name(Map<Factor, String> values) {
        return values.entrySet().stream()
                .filter(each ->
                        switch (each.getKey()) {
                            case TRACE -> true;
                            case MEMORY -> memory.several();
                            case KERNEL, LRU, THROUGH, AGING -> factors.several(each.getKey());
                        })
                .map(Map.Entry::getValue)
                .collect(Collectors.joining(" "));
    }

    /// What each option allows but their combination does not.
    void check() {
        memory.check(factors.compared() != null, together());
        swap.check();
        if (thp == Thp.ALWAYS && backing == Backing.MEMFD) {
            throw new BadInput(
                    "--thp always", "a memfd gets no huge pages", "use --backing anon, or never");
        }
        if (ageEvery < 0) {
            throw new BadInput("--age-every", ageEvery + " is less than 0", "give 0 for never");
        }
        if (hardwareFlag != null && arch == ArchChoice.X86) {
            throw new BadInput(
                    "--hardware-af", "an x86 processor has no such flag", "use --arch arm64");
        }
        if (isProtected) {
            checkProtected();
        }
        String refusal = pageSize.refusal(arch);
        if (refusal != null) {
            throw new BadInput("--page-size " + pageSize.label(), refusal, "use --arch arm64");
        }
        factors.check(usual(), ageEvery > 0);
        if (arch == ArchChoice.X86) {
            factors.checkAnywhere();
        }
    }

    private void checkProtected() {
        if (arch == ArchChoice.X86) {
            throw new BadInput(
                    "--protected", "only arm64 guests can be kept from it", "use --arch arm64");
        }
        if (factors.touchesHost(usual())) {
            throw new BadInput("--protected", "there is no guest", "use --through kvm");
        }
        if (hardwareFlag != null && hardwareFlag != AccessFlagChoice.ON) {
            throw new BadInput(
                    "--protected", "its flags are never cleared", "leave --hardware-af out");
        }
        if (together()) {
            throw new BadInput(
                    "--protected",
                    "a host full of pinned pages ends by the OOM killer",
                    "leave out --host-memory, or --protected");
        }
    }
}
