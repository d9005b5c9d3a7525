package org.gleaner.lab.record;

import java.io.IOException;
import java.util.List;

/// Regions that DAMON makes itself, each of which is sampled at one page at a time: what it finds
/// accessed is taken to be accessed whole, where it is in memory.
final class DamonRegions implements AccessWatch {

    private static final int PAGE_SHIFT = 12;

    private final DamonFiles damon;
    private final Target target;
    private boolean running;
    private Accessed seen = new Accessed(new PageRuns(), 0, 0);

    DamonRegions(DamonFiles damon, Target target) {
        this.damon = damon;
        this.target = target;
    }

    @Override
    public String text() {
        return "DAMON, one page of each region sampled each "
                + DamonFiles.SAMPLE_MICROS / 1000
                + " ms or more often";
    }

    @Override
    public String resolution() {
        return "regions that DAMON makes, 10 to 1,000, whose edges may be off by a tenth";
    }

    @Override
    public void look(List<Target.Area> areas) throws Target.Gone {
        PageRuns pages = new PageRuns();
        long accessed = 0;
        long largest = 0;
        try (Pagemap map = Pagemap.open(target)) {
            int at = 0;
            for (DamonFiles.Region region : damon.regions()) {
                if (region.samples() == 0) {
                    continue;
                }
                long from = region.start() >>> PAGE_SHIFT;
                long to = (region.end() - 1 >>> PAGE_SHIFT) + 1;
                accessed++;
                long before = pages.pages();
                while (at < areas.size() && areas.get(at).to() <= from) {
                    at++;
                }
                for (int i = at; i < areas.size() && areas.get(i).from() < to; i++) {
                    resident(map, areas.get(i), from, to, pages);
                }
                largest = Math.max(largest, pages.pages() - before);
            }
        } catch (IOException e) {
            throw target.gone(e, "monitored by DAMON");
        }
        seen = new Accessed(pages, Math.min(accessed, pages.pages()), largest);
    }

    /// Adds the pages of an area from `from` up to but not with `to` that are in memory.
    private static void resident(Pagemap map, Target.Area area, long from, long to, PageRuns into)
            throws Target.Gone {
        long first = Math.max(Math.max(area.from(), from), into.end());
        Target.Area part =
                new Target.Area(first, Math.min(area.to(), to), area.resident(), area.referenced());
        map.pages(part, Pagemap.PRESENT, area.resident(), (page, _) -> into.add(page, page + 1));
    }

    /// Its intervals follow each other by themselves.
    @Override
    public void clear(List<Target.Area> areas) throws Target.Gone {
        if (!running) {
            try {
                damon.start();
            } catch (IOException e) {
                throw target.gone(e, "monitored by DAMON");
            }
            running = true;
        }
    }

    @Override
    public Accessed accessed(List<Target.Area> areas) {
        return seen;
    }

    @Override
    public void close() {
        damon.close();
    }
}
