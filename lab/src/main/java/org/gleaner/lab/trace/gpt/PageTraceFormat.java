package org.gleaner.lab.trace.gpt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// Gleaner's own format, read as a stream like every other: real page numbers, spaces, threads and
/// times. Its properties and names become the reading's.
public final class PageTraceFormat implements TraceFormat {

    private static final About ABOUT =
            new About(
                    "gpt",
                    "a page trace: gleaner trace convert, record and generate",
                    Level.MEMORY,
                    "gpt");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        byte[] magic = FrameLayout.MAGIC;
        int known = magic.length - 1;
        return head.bytes().length >= magic.length
                        && Arrays.equals(head.bytes(), 0, known, magic, 0, known)
                ? CERTAIN
                : NO;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        checkMagic(bytes::read);
        new Pass(bytes, sink, reading).run();
    }

    /// @throws Malformed if the first bytes are not those of a page trace of this version
    static void checkMagic(FrameReader.Source source) throws IOException {
        byte[] first = new byte[FrameLayout.MAGIC.length];
        int n = source.read(first, 0, first.length);
        int differs = Arrays.mismatch(FrameLayout.MAGIC, first);
        if (n == first.length && differs == first.length - 1) {
            throw new Malformed("byte 7", "its version is " + first[differs] + ", not 1");
        }
        if (n < first.length || differs >= 0) {
            throw new Malformed("byte 0", "its first bytes are no page trace's");
        }
    }

    /// The pairs of a frame of properties.
    static Map<String, String> properties(Payload payload, int count) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            properties.put(payload.text(), payload.text());
        }
        return properties;
    }

    /// One reading of one file.
    private static final class Pass {
        private final TraceBytes bytes;
        private final FrameReader frames;
        private final AccessSink sink;
        private final Reading reading;
        private final Dictionary dictionary = new Dictionary();
        private final TouchFrame touches = new TouchFrame();
        private final List<String> names = new ArrayList<>();
        private int space = -1;

        Pass(TraceBytes bytes, AccessSink sink, Reading reading) {
            this.bytes = bytes;
            frames = new FrameReader(bytes::read, FrameLayout.MAGIC.length);
            this.sink = sink;
            this.reading = reading;
        }

        void run() throws IOException {
            do {
                frames.next();
                try {
                    frame();
                } catch (Malformed e) {
                    throw frames.malformed(e.what());
                }
            } while (frames.type() != FrameLayout.INDEX);
            trailer();
            if (!names.isEmpty()) {
                named();
            }
        }

        private void frame() {
            Payload payload = frames.payload();
            switch (frames.type()) {
                case FrameLayout.DICTIONARY -> dictionary.add(payload, frames.count());
                case FrameLayout.TOUCHES -> touches(frames.count());
                case FrameLayout.SPACE -> dictionary.addSpace(payload.text());
                case FrameLayout.PROPERTIES ->
                        reading.properties(properties(payload, frames.count()));
                case FrameLayout.NAMES -> {
                    for (int i = 0; i < frames.count(); i++) {
                        names.add(payload.text());
                    }
                }
                case FrameLayout.INDEX -> {}
                default -> throw new Malformed("", "its type is " + frames.type());
            }
        }

        private void touches(int count) {
            touches.decode(frames.payload(), count, dictionary.size());
            int from = 0;
            for (int i = 0; i < touches.marks(); i++) {
                handOn(from, touches.markAt(i));
                from = touches.markAt(i);
                if (touches.markIsTime(i)) {
                    sink.time(touches.markValue(i));
                } else {
                    sink.cpu(touches.markValue(i));
                }
            }
            handOn(from, count);
            reading.records(count);
        }

        private void handOn(int from, int to) {
            int[] words = touches.words();
            boolean several = !dictionary.spaces().isEmpty();
            for (int i = from; i < to; i++) {
                int id = words[i] & Integer.MAX_VALUE;
                if (several && dictionary.space(id) != space) {
                    space = dictionary.space(id);
                    sink.space(space, dictionary.spaces().get(space));
                }
                sink.access(dictionary.page(id), words[i] < 0);
            }
        }

        private void named() {
            if (names.size() != dictionary.size()) {
                throw frames.malformed(names.size() + " names for " + dictionary.size() + " pages");
            }
            Map<Long, String> byPage = new HashMap<>();
            for (int id = 0; id < names.size(); id++) {
                byPage.put(dictionary.page(id), names.get(id));
            }
            reading.named(page -> byPage.getOrDefault(page, Long.toUnsignedString(page)));
        }

        private void trailer() throws IOException {
            byte[] trailer = new byte[FrameLayout.TRAILER];
            int n = bytes.read(trailer, 0, trailer.length);
            ByteBuffer fields = ByteBuffer.wrap(trailer).order(ByteOrder.LITTLE_ENDIAN);
            if (n < trailer.length
                    || fields.getLong(FrameLayout.INDEX_OFFSET) != frames.start()
                    || fields.getLong(FrameLayout.ACCESSES) != reading.records()) {
                throw new Malformed(
                        "byte " + frames.offset(), "its end does not fit what is before it");
            }
        }
    }
}
