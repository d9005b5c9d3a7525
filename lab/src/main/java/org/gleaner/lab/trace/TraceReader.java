package org.gleaner.lab.trace;

import java.io.IOException;
import java.nio.file.Path;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.format.Reconstruction;
import org.gleaner.lab.trace.format.TraceFormat;
import org.gleaner.lab.trace.gpt.PageTraceFile;
import org.gleaner.lab.trace.gpt.PageTraceFormat;
import org.gleaner.lab.trace.page.Interner;
import org.gleaner.lab.trace.page.Placement;
import org.jspecify.annotations.Nullable;

/// Reads whole traces into memory, ready to be replayed.
///
/// What does not fit the heap is refused as soon as that is known, so one reader reads all traces
/// that are held at once.
public final class TraceReader {

    /// Bytes for each access while a trace is read: the words, in pieces and in one.
    private static final int NEED = 2 * Integer.BYTES;

    /// Accesses between two looks at how much is held.
    private static final int LOOK_EVERY = 1 << 16;

    private static final PageTraceFormat GPT = new PageTraceFormat();

    private final Input input;
    private final @Nullable TraceFormat asked;
    private final Reconstruction reconstruction;
    private final Heap heap;
    private long held;

    public TraceReader(Input input, @Nullable TraceFormat asked, Heap heap) {
        this(input, asked, Reconstruction.SWEEP, heap);
    }

    /// @param asked the format of all files; null to go by what is in each
    /// @param reconstruction how records that are no accesses become some
    public TraceReader(
            Input input, @Nullable TraceFormat asked, Reconstruction reconstruction, Heap heap) {
        this.input = input;
        this.reconstruction = reconstruction;
        this.asked = asked;
        this.heap = heap;
    }

    /// Reads a whole trace.
    ///
    /// @throws BadInput as [#trace] does
    public static Trace read(Path file) {
        return new TraceReader(Input.ofProcess(), null, Heap.ofProcess()).trace(file);
    }

    /// Reads a trace. A page trace file that would not fit stays where it is, and is read again
    /// for each replay.
    ///
    /// @throws BadInput as [TraceFile#read] does, and if it holds no accesses, or none in an order,
    ///     or is too long for the heap
    public Trace trace(Path path) {
        TraceFile file = new TraceFile(path, input, asked, reconstruction);
        PageTraceFile pages = tooLargeToHold(path);
        if (pages != null) {
            return filed(path, file.name(), pages);
        }
        Builder builder = new Builder(path);
        TraceFile.Found found = file.read(builder, builder::of);
        for (String remark : found.reading().remarks()) {
            input.say().accept(Input.place(path) + ": " + remark);
        }
        Trace trace = builder.trace(file.name(), found.level());
        trace.told(found.reading().properties());
        held += trace.heldBytes();
        return trace;
    }

    /// The page trace file at `path` if it is one, and holding its accesses would take more than
    /// there is room for.
    private @Nullable PageTraceFile tooLargeToHold(Path path) {
        if (Input.isStream(path) || asked != null && !asked.label().equals(GPT.label())) {
            return null;
        }
        try {
            if (!PageTraceFile.looksLike(path)) {
                return null;
            }
            PageTraceFile file = PageTraceFile.open(path);
            boolean tooMany = file.accesses() > Accesses.MOST - LOOK_EVERY;
            return tooMany || held + file.accesses() * NEED > heap.room() ? file : null;
        } catch (IOException | Malformed e) {
            // Reading it as any other file says what is wrong with it.
            return null;
        }
    }

    private static Trace filed(Path path, String name, PageTraceFile file) {
        Level said = file.level();
        try {
            int[] places = Placement.of(file.pages(), said.hasNeighbours());
            Trace trace = new FiledTrace(name, said, path, file, places, region(places));
            trace.told(file.properties());
            return trace;
        } catch (BadInput e) {
            throw e.at(Input.place(path));
        }
    }

    /// Pages up to the highest place.
    private static int region(int[] places) {
        int highest = 0;
        for (int place : places) {
            highest = Math.max(highest, place);
        }
        return highest + 1;
    }

    /// Collects the accesses of one file.
    private final class Builder implements AccessSink {
        private final Path path;
        private final Interner pages = new Interner();
        private final Accesses words = new Accesses();
        private final Times times = new Times();
        private int untilLook = LOOK_EVERY;

        Builder(Path path) {
            this.path = path;
        }

        void of(TraceFormat format) {
            if (!format.level().ordered()) {
                throw bad(
                        "holds " + format.level().caveat(),
                        "look at it with 'gleaner trace info'; to replay, record a trace");
            }
        }

        @Override
        public void access(long page, boolean write) {
            int word = pages.id(page);
            if (write) {
                word |= 1 << 31;
            }
            words.add(word);
            times.access();
            if (--untilLook == 0) {
                untilLook = LOOK_EVERY;
                look();
            }
        }

        @Override
        public void space(int space, String name) {
            pages.enter(space);
        }

        @Override
        public void time(long now) {
            times.now(now);
        }

        private void look() {
            long bytes = words.size() * NEED + pages.bytes();
            if (words.size() > Accesses.MOST - LOOK_EVERY) {
                throw bad(
                        "has more than " + Accesses.MOST + " accesses, the most that are held",
                        "'gleaner trace convert' it first: a page trace need not fit");
            }
            if (held + bytes > heap.room()) {
                String others = held == 0 ? "" : " besides the traces before it";
                throw bad(
                        "needs more than " + heap.shortage(bytes) + others,
                        "set "
                                + Heap.option((held + bytes) * 2)
                                + ", or 'gleaner trace convert' it first: a page trace need not"
                                + " fit");
            }
        }

        HeldTrace trace(String name, Level level) {
            if (words.size() == 0) {
                throw bad("holds no accesses", "give a trace with at least one");
            }
            int[] places = places(level);
            int[] accesses = words.take();
            int region = region(places);
            for (int i = 0; i < accesses.length; i++) {
                int word = accesses[i];
                accesses[i] = word & 1 << 31 | places[Trace.page(word)];
            }
            return new HeldTrace(name, level, accesses, pages.size(), region, times);
        }

        private int[] places(Level level) {
            try {
                return Placement.of(pages, level.hasNeighbours());
            } catch (BadInput e) {
                throw e.at(Input.place(path));
            }
        }

        private BadInput bad(String what, String mend) {
            return new BadInput(Input.place(path), what, mend);
        }
    }
}
