package org.gleaner.lab.fleet;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.TraceBytes;

/// `task_usage` of Google's cluster data of 2011, version 2 (19 columns) or 2.1 (20).
final class GoogleTaskUsage implements FleetTable {

    private static final int COLUMNS = 19;
    private static final double MICROS = 1e6;

    private static final int START = 0;
    private static final int END = 1;
    private static final int JOB = 2;
    private static final int INDEX = 3;
    private static final int MACHINE = 4;
    private static final int CANONICAL = 6;
    private static final int ASSIGNED = 7;
    private static final int PAGE_CACHE = 9;
    private static final int MOST = 10;

    @Override
    public About about() {
        return new About(
                "google-2011-task-usage",
                "Google cluster data 2011-2, task_usage",
                "memory of tasks, in windows of up to 5 minutes",
                "task",
                Unit.MACHINE,
                true,
                List.of(
                        "used is canonical memory usage (column 7): the pages that the task can"
                                + " reach, with page cache but for some that is stale",
                        "size is assigned memory usage (column 8): what its container was given,"
                                + " used or not; 0 is taken as not said"));
    }

    @Override
    public boolean fits(Head head) {
        String[] first = head.firstLine().split(",", -1);
        return (first.length == COLUMNS || first.length == COLUMNS + 1)
                && first[START].matches("\\d{1,18}")
                && first[END].matches("\\d{1,18}");
    }

    @Override
    public void read(TraceBytes bytes, Consumer<Stretch> sink) throws IOException {
        Row row = new Row(bytes);
        Stretch stretch = new Stretch();
        while (row.next()) {
            if (row.columns() != COLUMNS && row.columns() != COLUMNS + 1) {
                throw row.malformed("it has %d columns, not 19 or 20".formatted(row.columns()));
            }
            stretch.clear();
            long start = row.whole(START, "start time");
            long end = row.whole(END, "end time");
            if (end < start) {
                throw row.malformed("it ends at %d, before it begins".formatted(end));
            }
            stretch.from = start / MICROS;
            stretch.to = end / MICROS;
            stretch.owner = row.whole(JOB, "job ID");
            stretch.index = row.whole(INDEX, "task index");
            stretch.machine = row.whole(MACHINE, "machine ID");
            stretch.used = row.share(CANONICAL, "canonical memory usage");
            stretch.size = Shares.orUnsaid(row.share(ASSIGNED, "assigned memory usage"));
            stretch.cache = row.share(PAGE_CACHE, "total page cache");
            stretch.most = row.share(MOST, "maximum memory usage");
            sink.accept(stretch);
        }
    }
}
