package org.gleaner.cli;

import java.util.List;
import java.util.stream.LongStream;
import org.gleaner.lab.BadInput;
import picocli.CommandLine.Option;

/// With which seeds rows of real runs are replayed.
final class SeedsOptions {
    static final int MOST_SEEDS = 100;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "The first seed (default: 1).")
    private long seed = 1;

    @Option(
            names = "--seeds",
            paramLabel = "K",
            defaultValue = "3",
            description =
                    "Replay with K seeds from the first on; the median counts (default:"
                            + " ${DEFAULT-VALUE}).")
    private int seeds;

    /// @throws BadInput for none, or too many
    List<Long> seeds() {
        return from(seed, seeds, MOST_SEEDS);
    }

    /// What `--seeds` stands for: so many seeds, the first and those after it.
    ///
    /// @throws BadInput for none, or more than `most`
    static List<Long> from(long first, int seeds, int most) {
        InRange.check("--seeds", seeds, 1, most);
        return LongStream.range(0, seeds).map(i -> first + i).boxed().toList();
    }
}
