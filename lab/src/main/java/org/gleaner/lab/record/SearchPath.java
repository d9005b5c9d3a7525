package org.gleaner.lab.record;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The directories in which programs are looked for by their name, in order.
public record SearchPath(List<Path> directories) {

    /// From the text of `PATH`. What is no path on this system is left out.
    public static SearchPath of(String text) {
        return new SearchPath(
                Arrays.stream(text.split(":"))
                        .filter(part -> !part.isEmpty())
                        .flatMap(part -> path(part).stream())
                        .toList());
    }

    /// The first program of this name.
    Optional<Path> find(String name) {
        return directories.stream()
                .map(directory -> directory.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
