package org.gleaner.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Files of the checkout, for rules about what is written in them.
final class Sources {
    static final Path ROOT = Path.of("..");

    private Sources() {}

    /// All files in these places, or these files, whose names end so.
    static List<Path> in(List<String> places, String ending) throws IOException {
        List<Path> all = new ArrayList<>();
        for (String place : places) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(place))) {
                files.filter(file -> file.toString().endsWith(ending)).forEach(all::add);
            }
        }
        return all;
    }
}
