package org.gleaner.lab.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// DAMON's directory in sysfs, with one monitor of ours for the time that this is open: of one
/// process, with a scheme that does nothing to what it finds, so that the kernel tells it.
///
/// A kernel has room for other monitors beside it, but their number is set by whoever comes last,
/// which ends all. So it is ours only if there was none.
final class DamonFiles implements AutoCloseable {

    /// In sysfs.
    static final String PLACE = "sys/kernel/mm/damon/admin/kdamonds";

    /// Samples are so far apart, in microseconds, as DAMON's own are.
    static final long SAMPLE_MICROS = 5000;

    /// Samples of an interval, at least.
    private static final long LEAST_SAMPLES = 20;

    private static final int LEAST_REGIONS = 10;
    private static final int MOST_REGIONS = 1000;

    /// Of a count in sysfs, which takes what an unsigned long takes.
    private static final String ANY = "18446744073709551615";

    private static final String STATE = "0/state";
    private static final String CONTEXT = "0/contexts/0/";
    private static final String TRIED = CONTEXT + "schemes/0/tried_regions";

    private final Path directory;

    /// A region that was found, in bytes.
    record Region(long start, long end, long samples) {}

    private DamonFiles(Path directory) {
        this.directory = directory;
    }

    /// Whether there is a monitor that is somebody else's.
    static boolean inUse(Path root) throws IOException {
        return !Files.readString(root.resolve(PLACE + "/nr_kdamonds")).strip().equals("0");
    }

    /// Sets a monitor up, which does not run yet.
    ///
    /// @param root of the file system
    /// @param everyNanos length of an interval
    /// @throws IOException if DAMON is not there, in use, not allowed, or does not know of virtual
    ///     addresses; then all is as it was
    static DamonFiles open(Path root, long pid, long everyNanos) throws IOException {
        Path place = root.resolve(PLACE);
        if (inUse(root)) {
            throw new IOException("in use by somebody else");
        }
        DamonFiles files = new DamonFiles(place);
        files.write("nr_kdamonds", "1");
        try {
            files.setUp(pid, everyNanos / 1000);
        } catch (IOException e) {
            files.close();
            throw e;
        }
        return files;
    }

    private void setUp(long pid, long everyMicros) throws IOException {
        write("0/contexts/nr_contexts", "1");
        write(CONTEXT + "operations", "vaddr");
        String intervals = CONTEXT + "monitoring_attrs/intervals/";
        long sample = Math.clamp(everyMicros / LEAST_SAMPLES, 1, SAMPLE_MICROS);
        write(intervals + "sample_us", Long.toString(sample));
        write(intervals + "aggr_us", Long.toString(everyMicros));
        write(intervals + "update_us", Long.toString(everyMicros));
        write(CONTEXT + "monitoring_attrs/nr_regions/max", Integer.toString(MOST_REGIONS));
        write(CONTEXT + "monitoring_attrs/nr_regions/min", Integer.toString(LEAST_REGIONS));
        write(CONTEXT + "targets/nr_targets", "1");
        write(CONTEXT + "targets/0/pid_target", Long.toString(pid));
        write(CONTEXT + "schemes/nr_schemes", "1");
        write(CONTEXT + "schemes/0/action", "stat");
        String pattern = CONTEXT + "schemes/0/access_pattern/";
        for (String of : List.of("sz", "nr_accesses", "age")) {
            write(pattern + of + "/min", of.equals("nr_accesses") ? "1" : "0");
            write(pattern + of + "/max", ANY);
        }
    }

    void start() throws IOException {
        write(STATE, "on");
    }

    /// The regions that were accessed in the last interval, in ascending order. Waits for its end.
    List<Region> regions() throws IOException {
        write(STATE, "update_schemes_tried_regions");
        List<Region> regions = new ArrayList<>();
        for (int i = 0; Files.isDirectory(directory.resolve(TRIED + "/" + i)); i++) {
            String region = TRIED + "/" + i + "/";
            regions.add(
                    new Region(
                            number(region + "start"),
                            number(region + "end"),
                            number(region + "nr_accesses")));
        }
        regions.sort((a, b) -> Long.compareUnsigned(a.start(), b.start()));
        return regions;
    }

    private long number(String file) throws IOException {
        String text = Files.readString(directory.resolve(file)).strip();
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new IOException(file + " has '" + text + "' for a number", e);
        }
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    /// Ends the monitor and takes it away.
    @Override
    public void close() {
        for (String[] last : new String[][] {{STATE, "off"}, {"nr_kdamonds", "0"}}) {
            try {
                write(last[0], last[1]);
            } catch (IOException e) {
                // It does not run, or has ended with its process.
            }
        }
    }
}
