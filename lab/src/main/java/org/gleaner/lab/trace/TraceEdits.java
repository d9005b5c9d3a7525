package org.gleaner.lab.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.format.Reconstruction;
import org.gleaner.lab.trace.format.TraceFormat;
import org.gleaner.lab.trace.gpt.PageTraceFile;
import org.gleaner.lab.trace.gpt.PageTraceFormat;
import org.gleaner.lab.trace.gpt.PageTraceKeys;

/// Page traces made of other traces: converted whole, cut, merged.
public final class TraceEdits {

    private TraceEdits() {}

    /// All of `from`.
    ///
    /// @throws BadInput as [TraceFile#read] and [TraceWritten#to] do
    public static TraceWritten convert(TraceFile from, Path to) {
        return TraceWritten.to(to, sink -> ending(from, from.read(sink), Map.of()));
    }

    /// Accesses `first` to `first + count - 1` of `from`, counted from 0; fewer if it ends before.
    ///
    /// @throws BadInput as above, and if it has no more than `first` accesses
    public static TraceWritten cut(TraceFile from, long first, long count, Path to) {
        return TraceWritten.to(
                to,
                sink -> {
                    Window window = new Window(sink, first, count);
                    TraceWritten.Ending ending = window.of(from);
                    if (window.at <= first) {
                        throw new BadInput(
                                Input.place(from.path()),
                                "has only " + window.at + " accesses",
                                "begin before that");
                    }
                    return ending;
                });
    }

    private static TraceWritten.Ending ending(
            TraceFile from, TraceFile.Found found, Map<String, String> more) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(PageTraceKeys.SOURCE, Input.place(from.path()));
        properties.put(PageTraceKeys.SOURCE_FORMAT, found.format().label());
        properties.put(PageTraceKeys.SOURCE_RECORDS, Long.toString(found.reading().records()));
        properties.put(PageTraceKeys.LEVEL, found.level().key());
        properties.put(PageTraceKeys.PAGE_SIZE, "4096");
        properties.putAll(found.reading().properties());
        properties.putAll(more);
        return new TraceWritten.Ending(
                properties, found.reading().names(), found.reading().remarks());
    }

    /// Several traces as one, as [TraceMerge] says. What is no page trace yet becomes one beside
    /// the new file first.
    ///
    /// @throws BadInput as above
    public static TraceWritten merge(List<TraceFile> parts, Path to) {
        return TraceWritten.to(to, sink -> merge(parts, to, sink));
    }

    private static TraceWritten.Ending merge(List<TraceFile> files, Path to, AccessSink sink)
            throws IOException {
        List<Path> drafts = new ArrayList<>();
        try {
            List<TraceMerge.Part> parts = new ArrayList<>();
            Level level = Level.MEMORY;
            String made = null;
            for (TraceFile file : files) {
                PageTraceFile opened = opened(file, to, drafts);
                if (opened.level() != Level.MEMORY) {
                    level = opened.level();
                    made = opened.properties().get(PageTraceKeys.RECONSTRUCTION);
                }
                parts.add(new TraceMerge.Part(name(file, parts), opened));
            }
            boolean timed = TraceMerge.merge(parts, sink);
            Map<String, String> properties = new LinkedHashMap<>();
            properties.put(
                    PageTraceKeys.SOURCE,
                    String.join(", ", files.stream().map(f -> Input.place(f.path())).toList()));
            properties.put("interleaved", timed ? "by time" : "by rate");
            properties.put(PageTraceKeys.LEVEL, level.key());
            properties.put(PageTraceKeys.PAGE_SIZE, "4096");
            if (made != null) {
                properties.put(PageTraceKeys.RECONSTRUCTION, made);
            }
            return new TraceWritten.Ending(properties, null, List.of());
        } finally {
            for (Path draft : drafts) {
                Files.deleteIfExists(draft);
            }
        }
    }

    /// The trace's name, told from those before it.
    private static String name(TraceFile file, List<TraceMerge.Part> before) {
        String name = file.name();
        for (int n = 2; ; n++) {
            String tried = name;
            if (before.stream().noneMatch(part -> part.name().equals(tried))) {
                return name;
            }
            name = file.name() + "-" + n;
        }
    }

    private static PageTraceFile opened(TraceFile file, Path to, List<Path> drafts)
            throws IOException {
        Path path = file.path();
        if (!PageTraceFile.looksLike(path)) {
            path = to.resolveSibling("." + to.getFileName() + ".part" + drafts.size());
            Files.deleteIfExists(path);
            convert(file, path);
            drafts.add(path);
        }
        try {
            return PageTraceFile.open(path);
        } catch (Malformed e) {
            throw TraceFile.malformed(path, "gpt", e, TraceFile.AGAIN);
        }
    }

    /// Hands on some accesses, and stops the reading behind them.
    private static final class Window implements AccessSink {

        private static final class Enough extends RuntimeException {
            Enough() {
                super("enough", null, false, false);
            }
        }

        private final AccessSink sink;
        private final long first;
        private final long count;
        private long at;
        private boolean toItsEnd;

        Window(AccessSink sink, long first, long count) {
            this.sink = sink;
            this.first = first;
            this.count = count;
        }

        TraceWritten.Ending of(TraceFile from) {
            TraceFormat[] format = new TraceFormat[1];
            Map<String, String> cut = new LinkedHashMap<>();
            cut.put("cut", count + " accesses from access " + first + " on");
            try {
                TraceFile.Found found =
                        from.read(
                                this,
                                its -> {
                                    format[0] = its;
                                    // Names and properties come at the end.
                                    toItsEnd =
                                            its.level() == Level.KEY
                                                    || its instanceof PageTraceFormat;
                                });
                return ending(from, found, cut);
            } catch (Enough e) {
                cut.put(PageTraceKeys.SOURCE, Input.place(from.path()));
                cut.put(PageTraceKeys.SOURCE_FORMAT, format[0].label());
                cut.put(PageTraceKeys.LEVEL, format[0].level().key());
                cut.put(PageTraceKeys.PAGE_SIZE, "4096");
                if (Reconstruction.appliesTo(format[0].level())) {
                    cut.put(PageTraceKeys.RECONSTRUCTION, from.reconstruction().key());
                }
                return new TraceWritten.Ending(cut, null, List.of());
            }
        }

        @Override
        public void access(long page, boolean write) {
            if (at - first >= count) {
                if (!toItsEnd) {
                    throw new Enough();
                }
            } else if (at >= first) {
                sink.access(page, write);
            }
            at++;
        }

        @Override
        public void space(int space, String name) {
            sink.space(space, name);
        }

        @Override
        public void cpu(long cpu) {
            sink.cpu(cpu);
        }

        @Override
        public void time(long time) {
            sink.time(time);
        }
    }
}
