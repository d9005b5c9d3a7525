package org.gleaner.lab.trace.gpt;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.page.Pages;

/// A page trace file that can be read again and again: what its index and dictionary say, and its
/// accesses as ids of that dictionary, without the detour over page numbers.
public final class PageTraceFile {

    private final Path path;
    private final Dictionary dictionary = new Dictionary();
    private final Map<String, String> properties = new LinkedHashMap<>();
    private long accesses;

    private PageTraceFile(Path path) {
        this.path = path;
    }

    /// Whether a file that can be read again and again begins like a page trace.
    public static boolean looksLike(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (InputStream bytes = Files.newInputStream(path)) {
            byte[] first = bytes.readNBytes(FrameLayout.MAGIC.length);
            return Arrays.equals(first, FrameLayout.MAGIC);
        }
    }

    /// Reads all but the accesses.
    ///
    /// @throws Malformed if the file is no page trace, is cut or damaged
    public static PageTraceFile open(Path path) throws IOException {
        PageTraceFile file = new PageTraceFile(path);
        try (RandomAccessFile bytes = new RandomAccessFile(path.toFile(), "r")) {
            FrameReader.Source source = source(bytes);
            PageTraceFormat.checkMagic(source);
            file.read(bytes, new FrameReader(source, FrameLayout.MAGIC.length));
        }
        return file;
    }

    private void read(RandomAccessFile bytes, FrameReader frames) throws IOException {
        long indexAt = trailer(bytes);
        seek(bytes, frames, indexAt);
        frames.next();
        if (frames.type() != FrameLayout.INDEX
                || frames.offset() != bytes.length() - FrameLayout.TRAILER) {
            throw frames.malformed("its index is not where its end says");
        }
        byte[] index = Arrays.copyOf(frames.payload().bytes(), frames.payload().end());
        Payload entries = new Payload();
        entries.wrap(index, index.length);
        long at = FrameLayout.MAGIC.length;
        long counted = 0;
        for (int left = frames.count(); left > 0; left--) {
            long type = entries.get();
            long length = entries.get();
            long count = entries.get();
            if (length < FrameLayout.HEADER || length > indexAt - at) {
                throw new Malformed("byte " + indexAt, "its index does not fit the file");
            }
            if (type == FrameLayout.TOUCHES) {
                counted += count;
            } else {
                seek(bytes, frames, at);
                frames.next();
                frame(frames);
            }
            at += length;
        }
        if (at != indexAt || counted != accesses) {
            throw new Malformed("byte " + indexAt, "its index does not fit the file");
        }
    }

    private long trailer(RandomAccessFile bytes) throws IOException {
        long at = bytes.length() - FrameLayout.TRAILER;
        byte[] trailer = new byte[FrameLayout.TRAILER];
        ByteBuffer fields = ByteBuffer.wrap(trailer).order(ByteOrder.LITTLE_ENDIAN);
        if (at >= FrameLayout.MAGIC.length) {
            bytes.seek(at);
            bytes.readFully(trailer);
        }
        byte[] end = Arrays.copyOfRange(trailer, FrameLayout.END, FrameLayout.TRAILER);
        long indexAt = fields.getLong(FrameLayout.INDEX_OFFSET);
        accesses = fields.getLong(FrameLayout.ACCESSES);
        if (!Arrays.equals(end, FrameLayout.END_MAGIC)
                || indexAt < FrameLayout.MAGIC.length
                || indexAt > at
                || accesses < 0) {
            throw new Malformed("byte " + Math.max(0, at), "the file ends before its index");
        }
        return indexAt;
    }

    private static void seek(RandomAccessFile bytes, FrameReader frames, long at)
            throws IOException {
        bytes.seek(at);
        frames.seek(at);
    }

    private void frame(FrameReader frames) {
        try {
            switch (frames.type()) {
                case FrameLayout.DICTIONARY -> dictionary.add(frames.payload(), frames.count());
                case FrameLayout.SPACE -> dictionary.addSpace(frames.payload().text());
                case FrameLayout.PROPERTIES ->
                        properties.putAll(
                                PageTraceFormat.properties(frames.payload(), frames.count()));
                default -> {}
            }
        } catch (Malformed e) {
            throw frames.malformed(e.what());
        }
    }

    private static FrameReader.Source source(RandomAccessFile bytes) {
        return (into, from, length) -> {
            int done = 0;
            for (int n; done < length; done += n) {
                n = bytes.read(into, from + done, length - done);
                if (n < 0) {
                    break;
                }
            }
            return done;
        };
    }

    /// Accesses in all.
    public long accesses() {
        return accesses;
    }

    /// What the ids stand for.
    public Pages pages() {
        return dictionary;
    }

    /// What the file says of where it comes from.
    public Map<String, String> properties() {
        return Map.copyOf(properties);
    }

    /// What the records are: what the file says, or else accesses of memory.
    public Level level() {
        Level said = Level.ofKey(properties.getOrDefault(PageTraceKeys.LEVEL, ""));
        return said != null ? said : Level.MEMORY;
    }

    /// The accesses from the first on.
    public Ids ids() throws IOException {
        return new Ids();
    }

    /// The accesses from the first on, one by one.
    public PageTraceCursor cursor() throws IOException {
        Ids ids = new Ids();
        return new PageTraceCursor(this, ids, ids.touches);
    }

    /// The names of the spaces; none if there is only one.
    public List<String> spaces() {
        return List.copyOf(dictionary.spaces());
    }

    /// Accesses as words: the id of the page in bits 0 to 30, bit 31 set for a write.
    public final class Ids implements Closeable {
        private final RandomAccessFile bytes = new RandomAccessFile(path.toFile(), "r");
        private final FrameReader frames = new FrameReader(source(bytes), FrameLayout.MAGIC.length);
        private final TouchFrame touches = new TouchFrame();
        private int count;

        private Ids() throws IOException {
            bytes.seek(FrameLayout.MAGIC.length);
        }

        /// Goes on to the next frame of accesses.
        ///
        /// @return false at the end
        /// @throws Malformed if it is damaged
        public boolean next() throws IOException {
            do {
                frames.next();
                if (frames.type() == FrameLayout.INDEX) {
                    return false;
                }
            } while (frames.type() != FrameLayout.TOUCHES);
            count = frames.count();
            try {
                touches.decode(frames.payload(), count, dictionary.size());
            } catch (Malformed e) {
                throw frames.malformed(e.what());
            }
            return true;
        }

        /// The frame's words, which the next frame overwrites.
        public int[] words() {
            return touches.words();
        }

        /// How many there are.
        public int count() {
            return count;
        }

        @Override
        public void close() throws IOException {
            bytes.close();
        }
    }
}
