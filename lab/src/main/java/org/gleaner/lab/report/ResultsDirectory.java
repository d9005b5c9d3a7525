package org.gleaner.lab.report;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;

/// The directory that keeps a run's results. It appears at once and whole, or not at all: files are
/// written to a directory beside it, which is renamed when all of them are there.
public final class ResultsDirectory {

    private static final int MOST_TRIES = 10_000;

    private final Path target;
    private final boolean numbered;

    private ResultsDirectory(Path target, boolean numbered) {
        this.target = target;
        this.numbered = numbered;
    }

    /// Exactly `target`, checked now so that a long run is not in vain.
    ///
    /// @throws BadInput if there is something already, or it cannot be made
    public static ResultsDirectory at(Path target) {
        if (Files.exists(target) && !isEmptyDirectory(target)) {
            throw new BadInput(target.toString(), "is there already", "name a new directory");
        }
        ResultsDirectory results = new ResultsDirectory(target, false);
        results.makeParent();
        return results;
    }

    /// `base`, or the first of `base-2`, `base-3`, ... that is not there yet.
    ///
    /// @throws BadInput if it cannot be made
    public static ResultsDirectory numbered(Path base) {
        ResultsDirectory results = new ResultsDirectory(base, true);
        results.makeParent();
        return results;
    }

    /// A page that shows the other files, and is made of them.
    ///
    /// @param name of its file
    /// @param text of the directory that holds the others
    public record Page(String name, Function<Path, String> text) {}

    /// Writes the files, by name, then the page, and gives the directory that holds them now. A
    /// page that cannot be made takes no result with it: its fault is thrown when they are kept.
    ///
    /// @throws BadInput if the disk does not take them
    public Path write(Map<String, FileText> files, Page page) {
        Set<String> names = new HashSet<>(files.keySet());
        names.add(page.name());
        Path draft = draft();
        try {
            Files.createDirectory(draft);
            for (Map.Entry<String, FileText> file : files.entrySet()) {
                try (Writer out = Files.newBufferedWriter(draft.resolve(file.getKey()))) {
                    file.getValue().writeTo(out);
                }
            }
            try {
                Files.writeString(draft.resolve(page.name()), page.text().apply(draft));
            } catch (RuntimeException e) {
                publish(draft);
                throw e;
            }
            return publish(draft);
        } catch (IOException e) {
            discard(draft, names);
            throw bad(e);
        }
    }

    /// Makes the page of a directory that is there again, in place of the one that it has.
    ///
    /// @throws BadInput if the disk does not take it; the old one stays
    public static Path remake(Path directory, Page page) {
        Path target = directory.resolve(page.name());
        Path draft = directory.resolve("." + page.name() + "." + ProcessHandle.current().pid());
        String text = page.text().apply(directory);
        try {
            try {
                Files.writeString(draft, text);
                return Files.move(
                        draft,
                        target,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new ResultsDirectory(target, false).bad(e);
        }
    }

    private Path publish(Path draft) throws IOException {
        for (int number = 1; ; number++) {
            Path name = number == 1 ? target : sibling(target.getFileName() + "-" + number);
            if (numbered && Files.exists(name)) {
                continue;
            }
            try {
                return Files.move(draft, name, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileSystemException e) {
                // Another run may have taken the number meanwhile.
                if (!numbered || number >= MOST_TRIES || !Files.exists(name)) {
                    throw e;
                }
            }
        }
    }

    /// Makes where the target is to be, and tries whether it can be: a right to write says nothing
    /// of file systems, and of names, that take no directory.
    private void makeParent() {
        Path parent = target.toAbsolutePath().resolveSibling("");
        try {
            Files.createDirectories(parent);
            Files.delete(Files.createDirectory(draft()));
        } catch (IOException e) {
            throw bad(e);
        }
    }

    private Path draft() {
        return sibling("." + target.getFileName() + "." + ProcessHandle.current().pid());
    }

    /// Beside the target, and relative if that is.
    private Path sibling(String name) {
        return target.resolveSibling(name);
    }

    private BadInput bad(IOException e) {
        String reason =
                switch (e) {
                    case AccessDeniedException _ -> "no right to write there";
                    case FileAlreadyExistsException _ -> "a file is in the way";
                    default -> String.valueOf(e.getMessage());
                };
        String what = "cannot be written (" + reason + ")";
        return new BadInput(target.toString(), what, "name another directory with --out", e);
    }

    private static void discard(Path draft, Set<String> files) {
        try {
            for (String file : files) {
                Files.deleteIfExists(draft.resolve(file));
            }
            Files.deleteIfExists(draft);
        } catch (IOException e) {
            // The fault that led here is the one to tell.
        }
    }

    private static boolean isEmptyDirectory(Path path) {
        try (Stream<Path> files = Files.list(path)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }
}
