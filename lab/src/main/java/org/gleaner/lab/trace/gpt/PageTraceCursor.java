package org.gleaner.lab.trace.gpt;

import java.io.Closeable;
import java.io.IOException;

/// The accesses of a page trace file one by one, for who reads several files at once.
public final class PageTraceCursor implements Closeable {

    private final PageTraceFile file;
    private final PageTraceFile.Ids ids;
    private final TouchFrame touches;
    private int at = -1;
    private int mark;
    private int count;
    private long cpu;
    private long time;
    private boolean timed;

    PageTraceCursor(PageTraceFile file, PageTraceFile.Ids ids, TouchFrame touches) {
        this.file = file;
        this.ids = ids;
        this.touches = touches;
    }

    /// Goes on to the next access.
    ///
    /// @return false at the end
    public boolean next() throws IOException {
        if (++at == count) {
            if (!ids.next()) {
                return false;
            }
            count = ids.count();
            at = 0;
            mark = 0;
        }
        for (; mark < touches.marks() && touches.markAt(mark) == at; mark++) {
            if (touches.markIsTime(mark)) {
                time = touches.markValue(mark);
                timed = true;
            } else {
                cpu = touches.markValue(mark);
            }
        }
        return true;
    }

    public long page() {
        return file.pages().page(touches.words()[at] & Integer.MAX_VALUE);
    }

    public int space() {
        return file.pages().space(touches.words()[at] & Integer.MAX_VALUE);
    }

    public boolean write() {
        return touches.words()[at] < 0;
    }

    public long cpu() {
        return cpu;
    }

    /// When it happened; 0 in a file without times.
    public long time() {
        return time;
    }

    /// Whether the file has said a time so far.
    public boolean hasTime() {
        return timed;
    }

    @Override
    public void close() throws IOException {
        ids.close();
    }
}
