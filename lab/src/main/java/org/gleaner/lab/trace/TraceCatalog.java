package org.gleaner.lab.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.input.Input;

/// Finds the file that a user means by a path or by the bare name of a bundled trace.
///
/// @param directory where the bundled traces are; need not exist
public record TraceCatalog(Path directory) {

    /// How the files of bundled traces end.
    private static final List<String> SUFFIXES = List.of(".u32", ".u32.xz", ".u32.zst");

    /// The file for `word`: standard input for `-`, that path if it is a file, else the bundled
    /// trace of that name.
    ///
    /// @throws BadInput if there is neither, with the bundled names or the one nearest to `word`
    public Path find(String word) {
        Path path = path(word);
        if (path.equals(Input.STANDARD)) {
            return path;
        }
        if (Files.exists(path) && !Files.isDirectory(path)) {
            return path;
        }
        if (path.getNameCount() == 1 && !path.isAbsolute()) {
            for (String suffix : SUFFIXES) {
                Path bundled = directory.resolve(word + suffix);
                if (Files.isRegularFile(bundled)) {
                    return bundled;
                }
            }
        }
        if (Files.isDirectory(path)) {
            return path;
        }
        throw missing(word, path);
    }

    /// What has a directory or a suffix is meant as a path.
    private BadInput missing(String word, Path path) {
        List<String> names = names();
        boolean pathLike = word.contains("/") || word.contains(".");
        if (pathLike) {
            String mend =
                    Nearest.to(nameOf(String.valueOf(path.getFileName())), names)
                            .map(near -> "did you mean the bundled '" + near + "'?")
                            .orElse("check the path");
            return new BadInput(word, "no such file", mend);
        }
        String mend = names.isEmpty() ? "check the path" : Nearest.mend(word, names);
        return new BadInput(word, "no such trace", mend);
    }

    /// The names of the bundled traces, in their order; empty if there are none.
    public List<String> names() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> SUFFIXES.stream().anyMatch(file::endsWith))
                    .map(TraceCatalog::nameOf)
                    .sorted()
                    .distinct()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String nameOf(String file) {
        int dot = file.indexOf('.', 1);
        return dot < 0 ? file : file.substring(0, dot);
    }

    private static Path path(String word) {
        try {
            if (!word.isBlank()) {
                return Path.of(word);
            }
        } catch (InvalidPathException e) {
            // Falls through: no file can have this name.
        }
        throw new BadInput("'" + word + "'", "is no name of a file", "give a path or a name");
    }
}
