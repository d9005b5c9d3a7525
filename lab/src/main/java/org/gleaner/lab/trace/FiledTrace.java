package org.gleaner.lab.trace;

import java.io.IOException;
import java.nio.file.Path;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.gpt.PageTraceCursor;
import org.gleaner.lab.trace.gpt.PageTraceFile;
import org.jspecify.annotations.Nullable;

/// A trace whose accesses stay in a page trace file and are read again for each replay. Only what
/// its pages are is in memory.
public final class FiledTrace extends Trace {

    private final Path path;
    private final PageTraceFile file;
    private final int[] places;
    private @Nullable Times times;

    FiledTrace(String name, Level level, Path path, PageTraceFile file, int[] places, int region) {
        super(name, level, file.accesses(), file.pages().size(), region);
        this.path = path;
        this.file = file;
        this.places = places;
    }

    @Override
    public long heldBytes() {
        return 0;
    }

    @Override
    public Chunks chunks() {
        try {
            return new FileChunks(file.ids());
        } catch (IOException e) {
            throw gone(e);
        }
    }

    @Override
    public int[] accesses() {
        throw new BadInput(
                Input.place(path),
                "does not fit the heap, and has to be held whole for this",
                "set " + Heap.option(length() * 2 * Integer.BYTES) + ", or cut a part of it");
    }

    @Override
    public boolean hasTimes() {
        return times().known();
    }

    @Override
    public long dueNanos(long access) {
        return times().at(access);
    }

    /// Read from the file when somebody asks for them first.
    private synchronized Times times() {
        if (times == null) {
            times = readTimes();
        }
        return times;
    }

    private Times readTimes() {
        Times read = new Times();
        try (PageTraceCursor cursor = file.cursor()) {
            long last = Long.MIN_VALUE;
            while (cursor.next()) {
                if (cursor.hasTime() && cursor.time() != last) {
                    last = cursor.time();
                    read.now(last);
                }
                read.access();
            }
        } catch (Malformed e) {
            throw TraceFile.malformed(path, "gpt", e, TraceFile.AGAIN);
        } catch (IOException e) {
            throw gone(e);
        }
        return read;
    }

    private BadInput gone(IOException e) {
        return new BadInput(
                Input.place(path), "cannot be read: " + Input.reason(e), "check the file", e);
    }

    /// The words of a frame, with the places of their pages.
    private final class FileChunks implements Chunks {
        private final PageTraceFile.Ids ids;

        FileChunks(PageTraceFile.Ids ids) {
            this.ids = ids;
        }

        @Override
        public boolean next() {
            try {
                if (!ids.next()) {
                    return false;
                }
            } catch (Malformed e) {
                throw TraceFile.malformed(path, "gpt", e, TraceFile.AGAIN);
            } catch (IOException e) {
                throw gone(e);
            }
            int[] words = ids.words();
            int count = ids.count();
            for (int i = 0; i < count; i++) {
                int word = words[i];
                words[i] = word & 1 << 31 | places[Trace.page(word)];
            }
            return true;
        }

        @Override
        public int[] words() {
            return ids.words();
        }

        @Override
        public int count() {
            return ids.count();
        }

        @Override
        public void close() {
            try {
                ids.close();
            } catch (IOException e) {
                throw gone(e);
            }
        }
    }
}
