package org.gleaner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.validate.CellFilter;
import picocli.CommandLine.Option;

/// Which rows of a table of real runs are replayed.
final class CellsOptions {
    @Option(
            names = "--only",
            paramLabel = "COLUMN=VALUE",
            description =
                    "Only rows with this value, such as kernel=6.12,mode=mglru; may be repeated.")
    private List<String> only = new ArrayList<>();

    /// @param filter of the words that were given
    /// @throws BadInput for a column or a value that no row has
    <T> List<T> of(List<T> all, Function<List<String>, CellFilter<T>> filter) {
        if (only.isEmpty()) {
            return all;
        }
        try {
            return filter.apply(only).of(all);
        } catch (BadInput bad) {
            throw bad.at("--only " + String.join(",", only));
        }
    }
}
