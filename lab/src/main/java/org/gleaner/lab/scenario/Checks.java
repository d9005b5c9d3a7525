package org.gleaner.lab.scenario;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Tracking;
import org.gleaner.lab.size.Size;

/// What a scenario must fulfil before anything is built from it. A fault names the key that would
/// mend it.
final class Checks {

    static final int MOST_CPUS = 1024;

    private static final int MOST_TASKS = 4_000;
    private static final int MOST_SOCKETS = 8;
    private static final int MOST_THREADS = 8;
    private static final int MOST_CONFIGURATIONS = 32;

    /// KVM's own limit on memslots.
    private static final int MOST_SLOTS = 32_764;

    private final Scenario scenario;
    private final Function<String, Place> where;
    private final UnaryOperator<String> spelled;

    private Checks(
            Scenario scenario, Function<String, Place> where, UnaryOperator<String> spelled) {
        this.scenario = scenario;
        this.where = where;
        this.spelled = spelled;
    }

    /// @param where the place of a key, for the fault
    /// @param spelled what the user calls a key
    /// @throws BadInput for the first thing that does not hold
    static void check(
            Scenario scenario, Function<String, Place> where, UnaryOperator<String> spelled) {
        Checks checks = new Checks(scenario, where, spelled);
        checks.names();
        checks.ranges();
        checks.sizes();
        checks.capacity();
        checks.reclaim();
        checks.processors();
        checks.kind();
        new CommandChecks(scenario, checks).check();
        for (Configuration each : scenario.configurations()) {
            Scenario own = scenario.on(each);
            if (own != scenario) {
                Checks sizes = new Checks(own, where, spelled);
                sizes.sizes();
                sizes.capacity();
            }
        }
    }

    private void names() {
        name("name", scenario.name());
        List<Configuration> all = scenario.configurations();
        count("configurations", all.size(), 1, MOST_CONFIGURATIONS);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
            String path = "configurations." + i + ".name";
            name(path, all.get(i).name());
            if (!seen.add(all.get(i).name())) {
                throw bad(path, "'" + all.get(i).name() + "' is taken", "give each its own name");
            }
            AgingChoice aging = all.get(i).aging();
            if (aging != aging.formOf() && all.get(i).arch() == ArchChoice.X86) {
                throw bad(
                        "configurations." + i + ".aging",
                        "'" + aging.label() + "' is a form of a design on arm64 alone",
                        "give " + aging.formOf().label() + ", or arch: arm64");
            }
        }
    }

    private void ranges() {
        HostSettings host = scenario.host();
        range("host.cpus", host.cpus(), 1, MOST_CPUS);
        range("host.sockets", host.sockets(), 1, MOST_SOCKETS);
        range("host.threadsPerCore", host.threadsPerCore(), 1, MOST_THREADS);
        if (host.cpus() % host.threadsPerCore() > 0 || host.cores() < host.sockets()) {
            throw bad(
                    List.of("host.threadsPerCore", "host.sockets", "host.cpus"),
                    "%d cpus, %d to a core, on %d sockets"
                            .formatted(host.cpus(), host.threadsPerCore(), host.sockets()),
                    "give each core as many, and each socket a core");
        }
        range("host.coresPerCache", host.coresPerCache(), 0, MOST_CPUS);
        int cores = host.sockets() * host.coresPerCache();
        if (cores > 0 && host.cores() % cores > 0) {
            throw bad(
                    List.of("host.coresPerCache", "host.sockets", "host.cpus"),
                    "%d cores on %d sockets, %d to a cache"
                            .formatted(host.cores(), host.sockets(), host.coresPerCache()),
                    "give each cache of each socket as many, or 0");
        }
        range("guest.vcpus", scenario.guest().vcpus(), 1, MOST_CPUS);
        tasks(List.of("guest.vcpus", "guests"), "vcpus", scenario.vcpuCount());
        range("guest.tlbEntries", scenario.guest().tlbEntries(), 0, 65_536);
        range("host.watermarks.scaleFactor", host.watermarks().scaleFactor(), 1, 3000);
        range("host.swappiness", host.swappiness(), 0, HostSettings.MOST_SWAPPINESS);
        int cluster = host.swap().pageCluster();
        range("host.swap.pageCluster", cluster, 0, Swap.MOST_CLUSTER);
    }

    /// An engine has room for so many.
    void tasks(List<String> keys, String what, long count) {
        if (count > MOST_TASKS) {
            throw bad(
                    keys,
                    String.format(Locale.ROOT, "%,d %s", count, what),
                    String.format(Locale.ROOT, "give at most %,d together", MOST_TASKS));
        }
    }

    private void sizes() {
        if (!(scenario.guest().memory() instanceof Size.Bytes)) {
            throw bad(
                    "guest.memory",
                    "a share of nothing",
                    "give an amount: what is said in % elsewhere is a share of this");
        }
        long guest = resolved("guest.memory", scenario::guestPages);
        long slot = resolved("guest.slotSize", scenario::slotPages);
        if (scenario instanceof DirtyLogPerf log) {
            new DirtyLogChecks(log, this).pool();
        }
        resolved("host.memory", scenario::hostPages);
        resolved("host.swap.size", scenario::swapPages);
        long minFree = resolved("host.watermarks.minFree", scenario::minFreePages);
        if (minFree > scenario.hostPages() / 2) {
            throw bad(
                    List.of("host.watermarks.minFree", "host.memory"),
                    pages(minFree) + " of the host's " + pages(scenario.hostPages()) + " kept free",
                    "give at most half of host.memory");
        }
        holds(List.of("guest.memory", "guest.vcpus"), guest, scenario.guest().vcpus());
        slots("guest.memory", guest, () -> slot);
        if (scenario instanceof Neighbours neighbours) {
            new NeighbourChecks(neighbours, this).sizes();
        }
    }

    /// Whether `memory` pages are enough for `vcpus`.
    void holds(List<String> paths, long memory, int vcpus) {
        if (memory < vcpus) {
            throw bad(
                    paths,
                    pages(memory) + " for " + vcpus + " vcpus",
                    "give at least a page (" + scenario.host().pageSize().label() + ") for each");
        }
    }

    /// @param memory what a guest has, in pages, and where that is said
    /// @param slot pages of a slot
    void slots(String path, long memory, LongSupplier slot) {
        long each = resolved("guest.slotSize", slot);
        if (each > memory || memory % each != 0 || memory / each > MOST_SLOTS) {
            throw bad(
                    List.of("guest.slotSize", path),
                    "slots of "
                            + pages(each)
                            + " do not make up "
                            + pages(memory)
                            + " of guest memory",
                    "give a size that divides it into 1 to " + MOST_SLOTS);
        }
    }

    /// Page tables cannot be swapped; what else is in use must fit memory and swap together.
    private void capacity() {
        int entries = scenario.pageBytes() / Long.BYTES;
        long tables =
                scenario.guestSizes().stream().mapToLong(pages -> tables(pages, entries)).sum()
                        + tables(scenario.backingPages(), entries);
        long needed = tables + scenario.minFreePages();
        long host = scenario.hostPages();
        if (host <= needed) {
            throw bad(
                    List.of("host.memory", "guest.memory", "guest.slotSize"),
                    pages(host)
                            + " is less than page tables and watermarks need ("
                            + pages(needed)
                            + ")",
                    "give more, or less guest.memory");
        }
        long room = host - needed + scenario.swapPages();
        if (room < scenario.backingPages()) {
            throw bad(
                    List.of("host.swap.size", "host.swap.device", "host.memory", "guest.memory"),
                    pages(scenario.backingPages())
                            + " of guest memory do not fit the "
                            + pages(room)
                            + " of memory and swap left for it",
                    "give more memory, or more swap: "
                            + MoreSwap.settings(scenario).orElse("host.swap.size"));
        }
        if (scenario instanceof Neighbours) {
            crowd();
        }
    }

    /// Where one guest too many is the question, that is a scenario; where several are, it is a
    /// mistake, such as to forget that zram takes memory for what it holds.
    private void crowd() {
        HostShare share = HostShare.of(scenario, scenario.host().swap().device());
        long missing = share.missingPages(scenario);
        if (missing > scenario.guestPages()) {
            throw bad(
                    List.of("host.memory", "host.swap.size", "host.swap.device", "guest.memory"),
                    pages(scenario.backingPages())
                            + " of guest memory do not fit the "
                            + pages(scenario.backingPages() - missing)
                            + " of memory and swap left for it"
                            + (share.zramPages() > 0
                                    ? " once zram takes " + pages(share.zramPages())
                                    : "")
                            + ": more than one guest would be killed",
                    "give more memory, or more swap: "
                            + MoreSwap.settings(scenario).orElse("host.swap.size"));
        }
    }

    private void reclaim() {
        boolean mglru = scenario.configurations().stream().anyMatch(c -> c.lru() == Lru.MGLRU);
        if (mglru && !scenario.host().lruGen().enabled()) {
            throw bad(
                    "host.lruGen",
                    scenario.host().lruGen()
                            + " switches mglru off, which a configuration asks for",
                    "set bit 0x1, or use lru: classic");
        }
        if (scenario.host().thp() == Thp.ALWAYS && scenario.guest().backing() == Backing.MEMFD) {
            throw bad(
                    List.of("host.thp", "guest.backing"),
                    "a memfd gets no huge pages",
                    "use backing: anon, or thp: never");
        }
    }

    private void processors() {
        for (int i = 0; i < scenario.configurations().size(); i++) {
            Configuration each = scenario.configurations().get(i);
            String refusal = each.pageSize().refusal(each.arch());
            if (refusal != null) {
                String path = "configurations." + i;
                throw bad(
                        List.of(path + ".pageSize", "host.pageSize", path + ".arch", "host.arch"),
                        "the host of '" + each.name() + "': " + refusal,
                        "use arch: arm64, or pageSize: 4KiB");
            }
            if (each.flush() != null && !each.aging().design().plan().flush()) {
                throw bad(
                        "configurations." + i + ".flush",
                        "'" + each.aging().label() + "' never flushes",
                        "leave it out");
            }
            if (each.arch() == ArchChoice.X86 && !each.hardwareAccessed()) {
                String path = "configurations." + i;
                throw bad(
                        List.of(
                                path + ".hardwareAccessed",
                                "host.hardwareAccessed",
                                path + ".arch",
                                "host.arch"),
                        "the x86 host of '" + each.name() + "' sets accessed bits by itself",
                        "use arch: arm64, or guest.format: ept-noad");
            }
        }
    }

    private void kind() {
        switch (scenario) {
            case MaxGuestMemory _ -> {}
            case AccessTracking tracking -> tracking(tracking);
            case MmuStress stress -> stress(stress);
            case DirtyLogPerf log -> new DirtyLogChecks(log, this).check();
            case DemandPaging paging -> new DemandPagingChecks(paging, this).check();
            case Neighbours neighbours -> new NeighbourChecks(neighbours, this).check();
            case PfnDesigns designs -> designs(designs);
            case AcrossArchitectures all -> architectures(all);
        }
    }

    private void tracking(AccessTracking tracking) {
        for (int i = 0; i < tracking.configurations().size(); i++) {
            Configuration each = tracking.configurations().get(i);
            if (tracking.tracking() == Tracking.LRU_GEN && each.lru() != Lru.MGLRU) {
                throw bad(
                        List.of("configurations." + i + ".lru", "tracking"),
                        "'" + each.name() + "' has no generations to track by",
                        "use lru: mglru, or tracking: page-idle");
            }
        }
        if (tracking.benchmark() && tracking.tracking() != Tracking.LRU_GEN) {
            throw bad(
                    List.of("benchmark", "tracking"),
                    "only aging passes are timed against the guest",
                    "use tracking: lru-gen, or benchmark: false");
        }
    }

    private void stress(MmuStress stress) {
        range("protectRounds", stress.protectRounds(), 1, 1000);
        range("agers", stress.agers(), 0, 64);
    }

    private void designs(PfnDesigns designs) {
        range("logRounds", designs.logRounds(), 1, 100);
        range("devicePages", designs.devicePages(), 0, 512);
        if (Integer.bitCount(designs.devicePages()) > 1) {
            throw bad(
                    "devicePages",
                    designs.devicePages() + " frames are no block of a driver",
                    "give a power of two, or 0 for none");
        }
    }

    private void architectures(AcrossArchitectures all) {
        range("rounds", all.rounds(), 1, 1000);
        range("accessPercent", all.accessPercent(), 1, 10_000);
        range("writePercent", all.writePercent(), 0, 100);
        resolved("pieces", all::pieceAccesses);
    }

    /// Pages of table that map `pages` pages: three levels of so many entries below a root.
    static long tables(long pages, int each) {
        long tables = 1;
        long entries = pages;
        for (int level = 0; level < 3; level++) {
            entries = Math.ceilDiv(entries, each);
            tables += entries;
        }
        return tables;
    }

    void name(String path, String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw bad(
                    path,
                    "'" + name + "' cannot name a result",
                    "use letters, digits, '.', '_' and '-', 64 at most, the first a letter or"
                            + " digit");
        }
    }

    void range(String path, long value, long least, long most) {
        if (value < least || value > most) {
            throw bad(path, value + " is out of range", "give " + least + " to " + most);
        }
    }

    void count(String path, long items, long least, long most) {
        if (items < least || items > most) {
            throw bad(path, "has " + items + " items", "give " + least + " to " + most);
        }
    }

    long resolved(String path, LongSupplier size) {
        try {
            return size.getAsLong();
        } catch (BadInput bad) {
            throw bad(path, bad.what(), bad.mend());
        }
    }

    private String pages(long pages) {
        return Size.approximately(pages * scenario.pageBytes());
    }

    BadInput bad(String path, String what, String mend) {
        return where.apply(path).fault(spelled.apply(path), what, mend);
    }

    /// A fault between several keys, told at the first that the user wrote.
    BadInput bad(List<String> paths, String what, String mend) {
        String first =
                paths.stream()
                        .filter(path -> !where.apply(path).bundled())
                        .findFirst()
                        .orElse(paths.getFirst());
        return bad(first, what, mend);
    }
}
