package org.gleaner.lab.trace.profile;

import java.util.List;
import org.gleaner.lab.trace.page.Pages;

/// All that is measured of a trace while it passes.
public final class Profile {

    /// Rows of a map: what fits a terminal.
    private static final int ROWS = 16;

    private final WorkingSets workingSets = new WorkingSets();
    private final ReuseDistances distances = new ReuseDistances();
    private final HeatMap heat;
    private final Intervals intervals;
    private long accesses;

    /// @param pages what the ids stand for
    public Profile(Pages pages) {
        heat = new HeatMap(pages);
        intervals = new Intervals(workingSets, heat);
    }

    /// Takes the next access.
    public void touch(int id) {
        int interval = intervals.next();
        workingSets.touch(id, interval);
        heat.touch(id, interval);
        distances.touch(id);
        accesses++;
    }

    /// A row of the heat map: neighbouring pages of one space.
    ///
    /// @param space number of the space
    /// @param firstPage of the row, unsigned
    /// @param lastPage of the row, unsigned
    /// @param pages of it that were touched
    /// @param accesses in each interval
    public record Heat(int space, long firstPage, long lastPage, long pages, long[] accesses) {}

    /// What was measured.
    ///
    /// @param intervalAccesses accesses in each interval but the last
    /// @param workingSet pages touched in each
    /// @param firstTouches accesses to pages that were not touched before
    /// @param reuse accesses by how many other pages were touched since the one before to the same:
    ///     0, 1, 2 to 3, 4 to 7 and so on
    /// @param heat rows in the order of their pages
    public record Measured(
            long intervalAccesses,
            long[] workingSet,
            long firstTouches,
            long[] reuse,
            List<Heat> heat) {}

    /// What was measured so far.
    public Measured measured() {
        int count = accesses == 0 ? 0 : intervals.count();
        return new Measured(
                intervals.length(),
                workingSets.pages(count),
                distances.cold(),
                distances.counts(),
                heat.rows(ROWS, count));
    }
}
