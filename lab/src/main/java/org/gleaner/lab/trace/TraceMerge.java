package org.gleaner.lab.trace;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.gpt.PageTraceCursor;
import org.gleaner.lab.trace.gpt.PageTraceFile;

/// Several page traces as one, each in name spaces of its own, as if their programs had begun at
/// the same time: interleaved by their times where all have them, or else by rate, so that all end
/// together.
public final class TraceMerge {

    /// A trace that is merged.
    ///
    /// @param name of its space, or before the names of its spaces
    public record Part(String name, PageTraceFile file) {}

    private TraceMerge() {}

    /// Hands on all accesses.
    ///
    /// @return whether it went by time
    public static boolean merge(List<Part> parts, AccessSink sink) throws IOException {
        List<Source> sources = new ArrayList<>();
        try {
            boolean timed = true;
            for (int i = 0; i < parts.size(); i++) {
                sources.add(new Source(parts.get(i), i));
                timed &= hasTimes(parts.get(i).file());
            }
            run(sources, timed, sink);
            return timed;
        } finally {
            for (Source source : sources) {
                source.close();
            }
        }
    }

    /// Whether the times of a file grow from its beginning to its end.
    private static boolean hasTimes(PageTraceFile file) throws IOException {
        try (PageTraceCursor cursor = file.cursor()) {
            long first = cursor.next() ? cursor.time() : 0;
            while (cursor.next()) {
                if (cursor.time() != first) {
                    return true;
                }
            }
            return false;
        }
    }

    private static void run(List<Source> sources, boolean timed, AccessSink sink)
            throws IOException {
        Source last = null;
        int spaces = 0;
        for (; ; ) {
            Source next = null;
            for (Source each : sources) {
                if (!each.ended && (next == null || each.due(timed) < next.due(timed))) {
                    next = each;
                }
            }
            if (next == null) {
                return;
            }
            spaces = next.enter(sink, next != last, spaces);
            next.handOn(sink, timed);
            last = next;
        }
    }

    private static final class Source implements Closeable {
        private final List<String> spaces;
        private final int[] spaceNumbers;
        private final int number;
        private final double length;
        private final PageTraceCursor cursor;
        private final long begin;
        private long done;
        private int space = -1;
        private boolean ended;

        Source(Part part, int number) throws IOException {
            List<String> own = part.file().spaces();
            this.number = number;
            spaces =
                    own.isEmpty()
                            ? List.of(part.name())
                            : own.stream().map(name -> part.name() + "/" + name).toList();
            spaceNumbers = new int[spaces.size()];
            Arrays.fill(spaceNumbers, -1);
            length = Math.max(1, part.file().accesses());
            cursor = part.file().cursor();
            ended = !cursor.next();
            begin = ended ? 0 : cursor.time();
        }

        /// When its next access comes: since its beginning, or as a share of it.
        double due(boolean timed) {
            return timed ? cursor.time() - begin : done / length;
        }

        /// Tells the space of the next access, if it is another than that of the one before.
        ///
        /// @param known spaces that were told before
        /// @return how many are known now
        int enter(AccessSink sink, boolean switched, int known) {
            int of = cursor.space();
            if (of == space && !switched) {
                return known;
            }
            space = of;
            boolean isNew = spaceNumbers[of] < 0;
            if (isNew) {
                spaceNumbers[of] = known;
            }
            sink.space(spaceNumbers[of], spaces.get(of));
            return isNew ? known + 1 : known;
        }

        void handOn(AccessSink sink, boolean timed) throws IOException {
            // threads of different programs stay apart
            sink.cpu((long) number << 32 | cursor.cpu() & 0xffff_ffffL);
            if (timed) {
                sink.time(cursor.time() - begin);
            }
            sink.access(cursor.page(), cursor.write());
            done++;
            ended = !cursor.next();
        }

        @Override
        public void close() throws IOException {
            cursor.close();
        }
    }
}
