package org.gleaner.lab.record;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// How it is found out which pages of a process were written to. Whatever it is, it does so for
/// each page.
sealed interface WriteTracking extends AutoCloseable {

    /// What it is called, and what it reaches.
    String text();

    /// Forgets what was written so far.
    void clear(List<Target.Area> areas) throws Target.Gone;

    /// The pages that were written to since the last call of either.
    PageRuns collect(List<Target.Area> areas) throws Target.Gone;

    @Override
    default void close() {}

    /// The best that the kernel and the process allow: what the process has registered itself with
    /// `userfaultfd`, else soft-dirty bits, else nothing.
    static WriteTracking of(Target target) throws Target.Gone {
        Scanned scanned = new Scanned(target);
        if (scanned.registered(target.areas()) > 0) {
            return scanned;
        }
        scanned.close();
        return SoftDirty.works() ? new SoftDirty(target) : new None();
    }

    /// Pages that the process has registered for asynchronous write protection.
    final class Scanned implements WriteTracking {
        private final PagemapScan scan;
        private long registered;

        Scanned(Target target) {
            scan = new PagemapScan(target);
        }

        /// Pages of `areas` that are tracked.
        long registered(List<Target.Area> areas) {
            PageRuns runs = new PageRuns();
            for (Target.Area area : areas) {
                boolean fine =
                        scan.isOpen()
                                && scan.scan(area, PagemapScan.WRITE_PROTECTABLE, false, runs::add)
                                        == 0;
                if (!fine) {
                    return 0;
                }
            }
            registered = runs.pages();
            return registered;
        }

        @Override
        public String text() {
            return "PAGEMAP_SCAN, one page, for the %,d pages that the process has registered"
                    .formatted(registered);
        }

        @Override
        public void clear(List<Target.Area> areas) {
            collect(areas);
        }

        @Override
        public PageRuns collect(List<Target.Area> areas) {
            PageRuns written = new PageRuns();
            for (Target.Area area : areas) {
                scan.scan(
                        area,
                        PagemapScan.WRITTEN | PagemapScan.WRITE_PROTECTABLE,
                        true,
                        written::add);
            }
            return written;
        }

        @Override
        public void close() {
            scan.close();
        }
    }

    /// A bit in each entry of the page table, which the kernel sets on the first write.
    final class SoftDirty implements WriteTracking {
        private static final int TRIES = 5;

        private final Target target;

        SoftDirty(Target target) {
            this.target = target;
        }

        /// A kernel without them says nothing of it: a page of our own is written to, and looked
        /// at. An area that has grown counts as written to, and ours may grow at any time, so it is
        /// tried a few times.
        static boolean works() {
            Target self = Target.of(ProcessHandle.current().pid());
            try (Arena arena = Arena.ofConfined();
                    Pagemap map = Pagemap.open(self)) {
                MemorySegment page = arena.allocate(PAGE, PAGE);
                long number = page.address() / PAGE;
                Target.Area area = new Target.Area(number, number + 1, 1, 1);
                for (int i = 0; i < TRIES; i++) {
                    page.set(ValueLayout.JAVA_INT, 0, 2 * i + 1);
                    self.clear(Target.SOFT_DIRTY);
                    boolean clean = dirty(map, List.of(area)).pages() == 0;
                    page.set(ValueLayout.JAVA_INT, 0, 2 * i + 2);
                    if (clean && dirty(map, List.of(area)).pages() == 1) {
                        return true;
                    }
                }
            } catch (Target.Gone | IOException e) {
                return false;
            }
            return false;
        }

        @Override
        public String text() {
            return "soft-dirty bits, one page";
        }

        @Override
        public void clear(List<Target.Area> areas) throws Target.Gone {
            target.clear(Target.SOFT_DIRTY);
        }

        @Override
        public PageRuns collect(List<Target.Area> areas) throws Target.Gone {
            try (Pagemap map = Pagemap.open(target)) {
                PageRuns written = dirty(map, areas);
                target.clear(Target.SOFT_DIRTY);
                return written;
            } catch (IOException e) {
                throw target.gone(e, "looked at");
            }
        }

        private static PageRuns dirty(Pagemap map, List<Target.Area> areas) throws Target.Gone {
            PageRuns written = new PageRuns();
            for (Target.Area area : areas) {
                map.pages(
                        area,
                        Pagemap.PRESENT | Pagemap.SOFT_DIRTY,
                        area.resident(),
                        (page, _) -> written.add(page, page + 1));
            }
            return written;
        }
    }

    /// Nothing is known of writes: all accesses are recorded as reads.
    final class None implements WriteTracking {
        @Override
        public String text() {
            return "not known: this kernel has no soft-dirty bits, and the process has registered"
                    + " nothing with userfaultfd";
        }

        @Override
        public void clear(List<Target.Area> areas) {}

        @Override
        public PageRuns collect(List<Target.Area> areas) {
            return new PageRuns();
        }
    }

    int PAGE = 4096;
}
