package org.gleaner.web.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.gleaner.web.result.Headline;
import org.gleaner.web.result.NotAResult;
import org.gleaner.web.result.ResultFiles;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The results in one directory: each a directory with a `result.json`. Nothing else is ever
/// opened, whatever names and links say.
final class ResultList {

    /// More are not looked through.
    private static final int MOST_SHOWN = 500;

    /// One in the list.
    ///
    /// @param name of its directory
    /// @param answer the first sentence of it; empty if there is none
    /// @param kind of scenario, or the command
    /// @param date when it was started, in UTC; of the file if it does not say
    /// @param complete whether all is there that was asked for
    /// @param fault why it cannot be shown; empty if it can
    record Entry(
            String name,
            String title,
            String question,
            String answer,
            String kind,
            String date,
            boolean complete,
            String fault) {}

    /// @param entries the newest first
    /// @param older how many more there are
    record Page(List<Entry> entries, int older) {}

    private record Found(Path directory, FileTime time, long size) {}

    private record Read(FileTime time, long size, Entry entry) {}

    private final Path directory;
    private final Map<Path, Read> known = new ConcurrentHashMap<>();

    ResultList(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    Path directory() {
        return directory;
    }

    Page page() {
        List<Found> found = found();
        List<Found> shown = found.subList(0, Math.min(MOST_SHOWN, found.size()));
        return new Page(
                shown.stream()
                        .map(this::entry)
                        .sorted(Comparator.comparing(Entry::date).reversed())
                        .toList(),
                found.size() - shown.size());
    }

    private List<Found> found() {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(each -> !each.getFileName().toString().startsWith("."))
                    .flatMap(each -> found(each).stream())
                    .sorted(Comparator.comparing(Found::time).reversed())
                    .toList();
        } catch (IOException e) {
            return List.of(); // Nothing was kept yet.
        }
    }

    private List<Found> found(Path each) {
        try {
            Path file = inside(each.resolve("result.json"));
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return now.isRegularFile()
                    ? List.of(new Found(each, now.lastModifiedTime(), now.size()))
                    : List.of();
        } catch (IOException | Denied e) {
            return List.of();
        }
    }

    private Entry entry(Found found) {
        Read read = known.get(found.directory);
        if (read == null || !read.time.equals(found.time) || read.size != found.size) {
            read = new Read(found.time, found.size, read(found));
            known.put(found.directory, read);
        }
        return read.entry;
    }

    private static Entry read(Found found) {
        String name = found.directory.getFileName().toString();
        String date = found.time.toInstant().toString();
        try {
            JsonNode document = ResultFiles.document(found.directory);
            Headline headline = Headline.of(document);
            return new Entry(
                    name,
                    headline.title(),
                    headline.question(),
                    headline.answer().isEmpty() ? "" : headline.answer().getFirst(),
                    kind(document),
                    document.path("date").asString(date),
                    document.path("complete").asBoolean(true),
                    "");
        } catch (NotAResult bad) {
            return new Entry(name, name, "", "", "", date, false, bad.what());
        }
    }

    private static String kind(JsonNode document) {
        String kind = document.path("scenario").path("kind").asString("");
        String[] words = document.path("command").asString("").split(" ");
        return kind.isEmpty() && words.length > 1 ? words[1] : kind;
    }

    /// The directory of a result.
    ///
    /// @throws Denied if it is not one
    Path of(String name) {
        if (name.startsWith(".") || name.isEmpty()) {
            throw Denied.notHere();
        }
        Path found = resolved(directory, name);
        if (!Files.isRegularFile(inside(found.resolve("result.json")), LinkOption.NOFOLLOW_LINKS)) {
            throw Denied.notHere();
        }
        try (Stream<Path> files = Files.list(found)) {
            files.forEach(this::inside); // A page is made of several of them.
        } catch (IOException e) {
            throw Denied.notHere();
        }
        return found;
    }

    /// A file of a result.
    ///
    /// @throws Denied if there is none
    Path file(String name, String file) {
        if (file.startsWith(".")) {
            throw Denied.notHere();
        }
        Path found = inside(resolved(of(name), file));
        if (!Files.isRegularFile(found, LinkOption.NOFOLLOW_LINKS)) {
            throw Denied.notHere();
        }
        return found;
    }

    private static Path resolved(Path parent, String name) {
        try {
            Path child = parent.resolve(name);
            if (parent.equals(child.getParent())) {
                return child;
            }
        } catch (InvalidPathException e) {
            // No name of a file: as if there were none.
        }
        throw Denied.notHere();
    }

    /// Where a path really leads, if that is in the directory.
    private Path inside(Path path) {
        try {
            Path real = path.toRealPath();
            if (real.startsWith(directory.toRealPath())) {
                return real;
            }
        } catch (IOException e) {
            // There is nothing.
        }
        throw Denied.notHere();
    }

    /// The name under which a directory is served; null if it is not.
    @Nullable String nameOf(Path result) {
        Path whole = result.toAbsolutePath().normalize();
        return directory.equals(whole.getParent()) ? whole.getFileName().toString() : null;
    }
}
