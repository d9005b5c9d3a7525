package org.gleaner.lab.validate;

import java.util.List;
import java.util.stream.Stream;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;

/// What was run: the settings that repetitions share, as the table has them.
///
/// @param kernel a version, whether Gleaner has its rules or not
/// @param mode classic, mglru (0x7), mglru1 (0x1) or mglru3 (0x3)
/// @param kind anon or shm, touched by a task; kvm or kvmshm, by a guest
/// @param ageEvery accesses between two agings forced through debugfs, 0 for none
/// @param memoryPages the limit
/// @param thp huge pages: never or always; never in a table that has no such column
/// @param machine that the kernel ran on
public record Cell(
        String kernel,
        String trace,
        String mode,
        String kind,
        String swap,
        int pageCluster,
        long ageEvery,
        long memoryPages,
        String thp,
        RealMachine machine) {

    /// The columns of these but the last, in their order.
    static final List<String> OWN_COLUMNS =
            List.of(
                    "kernel",
                    "trace",
                    "mode",
                    "kind",
                    "swap",
                    "page_cluster",
                    "age_every",
                    "mem_pages",
                    "thp");

    /// All columns that tell one cell from another.
    static final List<String> COLUMNS =
            Stream.concat(OWN_COLUMNS.stream(), RealMachine.COLUMNS.stream()).toList();

    /// What [#COLUMNS] say of this cell.
    List<String> values() {
        List<String> own =
                List.of(
                        kernel,
                        trace,
                        mode,
                        kind,
                        swap,
                        Integer.toString(pageCluster),
                        Long.toString(ageEvery),
                        Long.toString(memoryPages),
                        thp);
        return Stream.concat(own.stream(), machine.values().stream()).toList();
    }

    public Lru lru() {
        return lruGen().enabled() ? Lru.MGLRU : Lru.CLASSIC;
    }

    public LruGenChoice lruGen() {
        return machine.lruGen(Mode.of(mode).bits());
    }

    public Through through() {
        return Kind.of(kind).through();
    }

    public Backing backing() {
        return Kind.of(kind).backing();
    }

    public SwapDeviceChoice swapDevice() {
        return Choice.of(SwapDeviceChoice.class, swap);
    }

    public Thp hugePages() {
        return Choice.of(Thp.class, thp);
    }

    /// In a few words, for a line about it.
    @Override
    public String toString() {
        String readAhead = pageCluster > 0 ? " page-cluster " + pageCluster : "";
        String forced = ageEvery > 0 ? " age-every " + ageEvery : "";
        String on = machine.toString();
        String huge = hugePages() == Thp.ALWAYS ? " thp always" : "";
        return kernel
                + " "
                + trace
                + " "
                + memoryPages
                + "p "
                + mode
                + " "
                + kind
                + " "
                + swap
                + readAhead
                + forced
                + huge
                + (on.isEmpty() ? "" : " " + on);
    }
}
