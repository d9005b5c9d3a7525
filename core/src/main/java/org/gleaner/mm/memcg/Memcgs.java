package org.gleaner.mm.memcg;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.gleaner.machine.SetUp;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.version.KernelVersion;
import org.jspecify.annotations.Nullable;

/// The tree of a host's memory cgroups, and the lruvec of each by the cgroup's id, as a folio's
/// state has it. Cgroups are added while the host is set up, and none goes.
public final class Memcgs {
    private final Folios folios;
    private final KernelVersion kernel;
    private final BooleanSupplier lruGenEnabled;
    private final int room;
    private final int maxCpus;
    private final Consumer<Memcg> online;
    private final MemcgLru lru;
    private final List<Memcg> memcgs = new ArrayList<>();
    @SetUp private final Lruvec[] lruvecs = new Lruvec[FolioLayout.MEMCGS];

    /// The root alone.
    ///
    /// @param lruGenEnabled whether a new cgroup's folios go to generations (`lru_gen_enabled`)
    /// @param room cgroups that there may ever be
    /// @param lru where each takes its place
    /// @param online who else is told of each
    public Memcgs(
            Folios folios,
            KernelVersion kernel,
            BooleanSupplier lruGenEnabled,
            int room,
            int maxCpus,
            MemcgLru lru,
            Consumer<Memcg> online) {
        this.folios = folios;
        this.kernel = kernel;
        this.lruGenEnabled = lruGenEnabled;
        this.room = room;
        this.maxCpus = maxCpus;
        this.lru = lru;
        this.online = online;
        addBelow(null);
    }

    /// A new cgroup right below the root, with a limit in pages, [Memcg#UNLIMITED] for none.
    public Memcg add(long maxPages) {
        Memcg memcg = add(root());
        memcg.setMax(maxPages);
        return memcg;
    }

    /// A new cgroup below another, without limits.
    public Memcg add(Memcg parent) {
        return addBelow(parent);
    }

    private Memcg addBelow(@Nullable Memcg parent) {
        int id = memcgs.size();
        if (id >= room) {
            throw new IllegalStateException("the host has room for " + id + " cgroups");
        }
        Lruvec above = parent == null ? null : parent.lruvec();
        VmStat events = new VmStat(maxCpus);
        lruvecs[id] = new Lruvec(folios, lruGenEnabled.getAsBoolean(), kernel, above, events);
        Memcg memcg = new Memcg(id, parent, lruvecs[id], maxCpus);
        memcgs.add(memcg);
        online.accept(memcg);
        lru.online(memcg);
        return memcg;
    }

    /// All of them by id, the root first. Grows with them.
    public List<Memcg> all() {
        return Collections.unmodifiableList(memcgs);
    }

    /// The cgroup of everything that has no other.
    public Memcg root() {
        return memcgs.getFirst();
    }

    /// By id; filled as cgroups are added.
    public Lruvec[] lruvecs() {
        return lruvecs;
    }
}
