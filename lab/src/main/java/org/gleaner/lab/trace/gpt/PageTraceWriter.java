package org.gleaner.lab.trace.gpt;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.zip.CRC32C;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.page.Interner;
import org.jspecify.annotations.Nullable;

/// Writes accesses to a page trace file as they come.
///
/// A frame of accesses goes out as soon as it is full, behind the pages that it touches for the
/// first time. [#finish] writes what is only known at the end.
public final class PageTraceWriter implements AccessSink {

    private static final int LEVEL = 3;

    private final OutputStream out;
    private final Interner pages = new Interner();
    private final Payload words = new Payload();
    private final Payload marks = new Payload();
    private final Payload other = new Payload();
    private final Payload index = new Payload();
    private final CRC32C checksum = new CRC32C();
    private final ByteBuffer header =
            ByteBuffer.allocate(FrameLayout.HEADER).order(ByteOrder.LITTLE_ENDIAN);
    private byte[] packed = new byte[0];
    private long offset;
    private int frames;
    private int spaces;
    private long accesses;

    /// Pages whose dictionary entries are written.
    private int written;

    private int inFrame;
    private int lastId;

    // marks of the frame: what holds from an access on
    private int markCount;
    private int markedAt;
    private long cpu;
    private long time;
    private long markedCpu;
    private long markedTime;

    /// Takes `out` over, but does not close it.
    public PageTraceWriter(OutputStream out) throws IOException {
        this.out = out;
        out.write(FrameLayout.MAGIC);
        offset = FrameLayout.MAGIC.length;
    }

    /// Accesses so far.
    public long accesses() {
        return accesses;
    }

    /// Pages so far.
    public int distinctPages() {
        return pages.size();
    }

    /// @throws UncheckedIOException what the stream throws
    @Override
    public void access(long page, boolean write) {
        if (cpu != markedCpu || time != markedTime) {
            mark();
        }
        int id = pages.id(page);
        words.putSigned((long) id - lastId << 1 | (write ? 1 : 0));
        lastId = id;
        accesses++;
        if (++inFrame == FrameLayout.MOST_TOUCHES) {
            flush();
        }
    }

    @Override
    public void space(int space, String name) {
        pages.enter(space);
        if (space == spaces) {
            spaces++;
            other.clear();
            other.put(name);
            frame(FrameLayout.SPACE, other, 1);
        }
    }

    @Override
    public void cpu(long of) {
        cpu = of;
    }

    @Override
    public void time(long now) {
        time = now;
    }

    /// What holds from the next access on, where it changed.
    private void mark() {
        if (cpu != markedCpu) {
            mark(0, cpu - markedCpu);
            markedCpu = cpu;
        }
        if (time != markedTime) {
            mark(1, time - markedTime);
            markedTime = time;
        }
    }

    /// The next access has another thread (0) or time (1).
    private void mark(int kind, long difference) {
        marks.put((long) (inFrame - markedAt) << 1 | kind);
        marks.putSigned(difference);
        markedAt = inFrame;
        markCount++;
    }

    /// Writes what is known only now, and the index. Nothing can be written after it.
    ///
    /// @param properties what the file should tell of where it comes from
    /// @param names of the numbers that were given as pages; null if they are what they are
    public void finish(Map<String, String> properties, @Nullable LongFunction<String> names)
            throws IOException {
        try {
            flush();
            if (names != null) {
                names(names);
            }
            other.clear();
            properties.forEach((key, value) -> {
                other.put(key);
                other.put(value);
            });
            frame(FrameLayout.PROPERTIES, other, properties.size());
            long indexAt = offset;
            frame(FrameLayout.INDEX, index, frames);
            trailer(indexAt);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void names(LongFunction<String> names) {
        for (int from = 0; from < pages.size(); ) {
            other.clear();
            int id = from;
            while (id < pages.size()
                    && id - from < FrameLayout.MOST_ENTRIES
                    && other.at() < FrameLayout.MOST_BYTES / 4) {
                other.put(names.apply(pages.page(id++)));
            }
            frame(FrameLayout.NAMES, other, id - from);
            from = id;
        }
    }

    private void trailer(long indexAt) throws IOException {
        ByteBuffer trailer =
                ByteBuffer.allocate(FrameLayout.TRAILER).order(ByteOrder.LITTLE_ENDIAN);
        trailer.putLong(FrameLayout.INDEX_OFFSET, indexAt)
                .putLong(FrameLayout.ACCESSES, accesses)
                .put(FrameLayout.END, FrameLayout.END_MAGIC);
        out.write(trailer.array());
    }

    private void flush() {
        if (inFrame == 0) {
            return;
        }
        dictionary();
        other.clear();
        other.put(markCount);
        other.append(marks);
        other.append(words);
        frame(FrameLayout.TOUCHES, other, inFrame);
        words.clear();
        marks.clear();
        markCount = 0;
        markedAt = 0;
        inFrame = 0;
    }

    /// The pages that are new since the last time, as differences within their space.
    private void dictionary() {
        while (written < pages.size()) {
            int end = Math.min(pages.size(), written + FrameLayout.MOST_ENTRIES);
            other.clear();
            long last = 0;
            int space = 0;
            for (int id = written; id < end; id++) {
                int of = pages.space(id);
                if (spaces > 0) {
                    other.putSigned(of - space);
                    space = of;
                }
                other.putSigned(pages.page(id) - last);
                last = pages.page(id);
            }
            frame(FrameLayout.DICTIONARY, other, end - written);
            written = end;
        }
    }

    private void frame(byte type, Payload payload, int count) {
        int most = (int) Zstd.compressBound(payload.at());
        if (packed.length < most) {
            packed = new byte[most];
        }
        int length =
                (int)
                        Zstd.compressByteArray(
                                packed, 0, most, payload.bytes(), 0, payload.at(), LEVEL);
        checksum.reset();
        checksum.update(payload.bytes(), 0, payload.at());
        header.putInt(FrameLayout.TYPE, type)
                .putInt(FrameLayout.PACKED, length)
                .putInt(FrameLayout.UNPACKED, payload.at())
                .putInt(FrameLayout.COUNT, count)
                .putInt(FrameLayout.CHECKSUM, (int) checksum.getValue());
        if (type != FrameLayout.INDEX) {
            index.put(type);
            index.put(FrameLayout.HEADER + length);
            index.put(count);
            frames++;
        }
        try {
            out.write(header.array());
            out.write(packed, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        offset += FrameLayout.HEADER + length;
    }
}
