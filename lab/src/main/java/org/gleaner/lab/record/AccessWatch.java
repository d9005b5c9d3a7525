package org.gleaner.lab.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/// How it is found out which pages of a process were accessed. In each interval it is asked, in
/// this order, to [#look], to [#clear], and for what was [#accessed].
sealed interface AccessWatch extends AutoCloseable
        permits AccessWatch.IdlePages, AccessWatch.ReferencedAreas, DamonRegions {

    /// Pages that are taken to have been accessed.
    ///
    /// @param known how many of them, or of those among them, really were
    /// @param largest pages of the largest unit that could not be told apart
    record Accessed(PageRuns pages, long known, long largest) {}

    /// What it is called.
    String text();

    /// What it tells apart.
    String resolution();

    /// Reads what the kernel knows, at the end of an interval.
    void look(List<Target.Area> areas) throws Target.Gone;

    /// Makes the kernel forget it: a new interval begins.
    void clear(List<Target.Area> areas) throws Target.Gone;

    /// What the last look saw.
    Accessed accessed(List<Target.Area> areas) throws Target.Gone;

    /// Leaves the kernel as it was.
    @Override
    default void close() {}

    /// Of each area, how many of its pages have the accessed bit set: `clear_refs` and `smaps`.
    final class ReferencedAreas implements AccessWatch {
        private final Target target;

        ReferencedAreas(Target target) {
            this.target = target;
        }

        @Override
        public String text() {
            return "/proc/PID/clear_refs and smaps";
        }

        @Override
        public String resolution() {
            return "one VMA";
        }

        /// The areas say it themselves.
        @Override
        public void look(List<Target.Area> areas) {}

        @Override
        public void clear(List<Target.Area> areas) throws Target.Gone {
            target.clear(Target.ACCESSED);
        }

        @Override
        public Accessed accessed(List<Target.Area> areas) throws Target.Gone {
            PageRuns pages = new PageRuns();
            long known = 0;
            long largest = 0;
            try (Pagemap map = Pagemap.open(target)) {
                for (Target.Area area : areas) {
                    if (area.referenced() > 0) {
                        known += area.referenced();
                        largest = Math.max(largest, area.resident());
                        map.pages(
                                area,
                                Pagemap.PRESENT,
                                area.resident(),
                                (page, _) -> pages.add(page, page + 1));
                    }
                }
            } catch (IOException e) {
                throw target.gone(e, "looked at");
            }
            return new Accessed(pages, known, largest);
        }
    }

    /// Idle page tracking: a bit for each frame of memory, which the kernel clears when it finds an
    /// accessed bit. A page that has come into memory since is not idle either.
    final class IdlePages implements AccessWatch {
        private static final long FRAME = (1L << 55) - 1;
        private static final int FRAMES = Long.SIZE;

        private final Path bitmap;
        private final Target target;
        private PageRuns seen = new PageRuns();

        IdlePages(Path bitmap, Target target) {
            this.bitmap = bitmap;
            this.target = target;
        }

        /// Whether the bitmap is there, and we may know the frames of a page.
        static boolean usable(Path bitmap, Target target) {
            if (!Files.isReadable(bitmap) || !Files.isWritable(bitmap)) {
                return false;
            }
            try {
                return Arrays.stream(frames(target, target.areas())).anyMatch(frame -> frame != 0);
            } catch (Target.Gone e) {
                return false;
            }
        }

        @Override
        public String text() {
            return "the bitmap of idle page tracking";
        }

        @Override
        public String resolution() {
            return "one page (512 where it is a huge one)";
        }

        @Override
        public void look(List<Target.Area> areas) throws Target.Gone {
            PageRuns pages = new PageRuns();
            try (FileChannel file = FileChannel.open(bitmap, StandardOpenOption.READ)) {
                Word word = new Word(file);
                try (Pagemap map = Pagemap.open(target)) {
                    for (Target.Area area : areas) {
                        map.pages(
                                area,
                                Pagemap.PRESENT,
                                area.resident(),
                                (page, entry) -> {
                                    if (!word.isIdle(entry & FRAME)) {
                                        pages.add(page, page + 1);
                                    }
                                });
                    }
                }
            } catch (IOException e) {
                throw target.gone(e, "looked at through " + bitmap);
            }
            seen = pages;
        }

        @Override
        public void clear(List<Target.Area> areas) throws Target.Gone {
            long[] frames = frames(target, areas);
            try (FileChannel file = FileChannel.open(bitmap, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = word();
                for (int i = 0; i < frames.length; ) {
                    long at = frames[i] / FRAMES;
                    long bits = 0;
                    for (; i < frames.length && frames[i] / FRAMES == at; i++) {
                        bits |= 1L << frames[i];
                    }
                    file.write(bytes.clear().putLong(0, bits), at * Long.BYTES);
                }
            } catch (IOException e) {
                throw target.gone(e, "marked idle through " + bitmap);
            }
        }

        @Override
        public Accessed accessed(List<Target.Area> areas) {
            return new Accessed(seen, seen.pages(), 1);
        }

        /// The frames of its pages, in ascending order.
        private static long[] frames(Target target, List<Target.Area> areas) throws Target.Gone {
            long resident = areas.stream().mapToLong(Target.Area::resident).sum();
            long[] frames = new long[(int) Math.min(resident, Integer.MAX_VALUE - 8)];
            int[] count = new int[1];
            try (Pagemap map = Pagemap.open(target)) {
                for (Target.Area area : areas) {
                    map.pages(
                            area,
                            Pagemap.PRESENT,
                            area.resident(),
                            (_, entry) -> {
                                if (count[0] < frames.length) {
                                    frames[count[0]++] = entry & FRAME;
                                }
                            });
                }
            } catch (IOException e) {
                throw target.gone(e, "looked at");
            }
            Arrays.sort(frames, 0, count[0]);
            return Arrays.copyOf(frames, count[0]);
        }

        private static ByteBuffer word() {
            return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        }

        /// The last word that was read: neighbours often follow each other.
        private static final class Word {
            private final FileChannel file;
            private final ByteBuffer bytes = word();
            private long at = -1;

            Word(FileChannel file) {
                this.file = file;
            }

            boolean isIdle(long frame) {
                if (frame / FRAMES != at) {
                    at = frame / FRAMES;
                    bytes.clear().putLong(0, 0);
                    try {
                        file.read(bytes, at * Long.BYTES);
                    } catch (IOException e) {
                        return false; // beyond the end of memory: a device's
                    }
                }
                return (bytes.getLong(0) >>> frame & 1) != 0;
            }
        }
    }
}
