package org.gleaner.lab.trace;

import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.gpt.PageTraceKeys;

/// A recorded stream of page accesses, ready to be replayed as often as one likes, by several
/// threads at once.
///
/// An access is one `int`: the page in bits 0-30, and bit 31 set for a write. Pages are placed in a
/// region as [org.gleaner.lab.trace.page.Placement] says. The accesses come in chunks, so that a
/// trace need not be in memory.
public abstract sealed class Trace permits HeldTrace, FiledTrace, FoldedTrace {

    private static final int WRITE = 1 << 31;

    private final String name;
    private final Level level;
    private final long length;
    private final int distinctPages;
    private final int regionPages;
    private int pageBytes;
    private long leastPages;
    private String caveat;

    /// Of pages of 4 KiB until it is [#told] otherwise.
    Trace(String name, Level level, long length, int distinctPages, int regionPages) {
        this(name, level, length, distinctPages, regionPages, Size.PAGE);
    }

    Trace(
            String name,
            Level level,
            long length,
            int distinctPages,
            int regionPages,
            int pageBytes) {
        this.pageBytes = pageBytes;
        this.name = name;
        this.level = level;
        this.length = length;
        this.distinctPages = distinctPages;
        this.regionPages = regionPages;
        caveat = level.caveat();
    }

    /// Accesses read front to back.
    public interface Chunks extends AutoCloseable {

        /// Goes on to the next chunk.
        ///
        /// @return false at the end of the trace
        /// @throws org.gleaner.lab.BadInput if the file was damaged or changed since it was opened
        boolean next();

        /// The words that the chunk lies in. They are the trace's own: do not change them.
        int[] words();

        /// Where the chunk ends in [#words]; it begins at 0. 0 before the first.
        int count();

        @Override
        void close();
    }

    /// The file's name without directory and endings.
    public final String name() {
        return name;
    }

    /// What the records were that the accesses were made of.
    public final Level level() {
        return level;
    }

    /// Accesses; 1 and up.
    public final long length() {
        return length;
    }

    /// Pages touched at least once: the footprint that `50%` is taken of.
    public final int distinctPages() {
        return distinctPages;
    }

    /// Pages from 0 to the highest one touched: the region to map. At least [#distinctPages].
    public final int regionPages() {
        return regionPages;
    }

    /// Bytes of a page.
    public final int pageBytes() {
        return pageBytes;
    }

    /// As [#distinctPages], in the pages that it was recorded in.
    public int recordedPages() {
        return distinctPages;
    }

    /// Bytes of one of those.
    public int recordedPageBytes() {
        return pageBytes;
    }

    /// The same accesses in pages of so many bytes.
    ///
    /// @throws BadInput if that is less than its own have, with no mend
    public final Trace inPagesOf(int bytes) {
        if (bytes < pageBytes) {
            throw new BadInput(
                    name,
                    "counts in pages of " + Size.approximately(pageBytes),
                    "use --page-size " + Size.approximately(pageBytes));
        }
        int order = Integer.numberOfTrailingZeros(bytes / pageBytes);
        return order == 0 ? this : FoldedTrace.of(this, order);
    }

    /// Pages of memory below which a replay means little, because its recorder left accesses out; 0
    /// if it did not.
    public final long leastPages() {
        return leastPages;
    }

    /// One line on what a replay of it is not; empty for accesses of memory.
    public final String caveat() {
        return caveat;
    }

    /// Told by what has read the trace, before anybody else has it.
    final void told(Map<String, String> properties) {
        String pages = properties.getOrDefault(PageTraceKeys.LEAST_PAGES, "");
        leastPages = pages.matches("\\d{1,18}") ? Long.parseLong(pages) : 0;
        caveat = PageTraceKeys.caveat(properties, level);
        pageBytes = PageTraceKeys.pageBytes(properties);
    }

    final void told(int leastPages, String caveat) {
        this.leastPages = leastPages;
        this.caveat = caveat;
    }

    /// The accesses from the first on, all in one chunk or in chunks of multiples of 512 but the
    /// last.
    public abstract Chunks chunks();

    /// All accesses in order. The array is the trace's own: do not change it.
    ///
    /// @throws org.gleaner.lab.BadInput if they are not in memory, because they do not fit
    public abstract int[] accesses();

    /// Whether it is known when accesses happened.
    public boolean hasTimes() {
        return false;
    }

    /// When access number `access` happened, in nanoseconds since the first: that of the last
    /// access before it whose time was kept. 0 if times are not known.
    public long dueNanos(long access) {
        return 0;
    }

    /// Bytes of heap that the accesses take.
    public abstract long heldBytes();

    /// The page that an access touches, 0 to [#regionPages] - 1.
    public static int page(int access) {
        return access & ~WRITE;
    }

    /// Whether an access writes.
    public static boolean isWrite(int access) {
        return access < 0;
    }

    @Override
    public String toString() {
        return name + " (" + length + " accesses, " + distinctPages + " pages)";
    }
}
