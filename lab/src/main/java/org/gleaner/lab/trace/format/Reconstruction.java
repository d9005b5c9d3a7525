package org.gleaner.lab.trace.format;

import java.util.Locale;
import org.gleaner.lab.BadInput;

/// How samples and regions, which are not accesses, become accesses. Whatever way it is, it is a
/// guess, so it has a name, and its assumption is told wherever its accesses are looked at.
///
/// @param seed of what is drawn; 0 where nothing is
public record Reconstruction(Way way, long seed) {

    /// What is assumed.
    public enum Way {
        /// The plainest: each region that was accessed once from its start to its end, and samples
        /// as if there were no others.
        SWEEP,
        /// By chance, with the frequencies that were seen.
        RANDOM
    }

    /// Nothing is drawn.
    public static final Reconstruction SWEEP = new Reconstruction(Way.SWEEP, 0);

    /// Accesses that a sample stands for where they are drawn.
    public static final int ACCESSES_OF_A_SAMPLE = 16;

    /// Samples that they are drawn from.
    public static final int SAMPLES_DRAWN_FROM = 256;

    /// Samples of an interval that are told apart.
    public static final int MOST_SAMPLES = 64;

    private static final long DEFAULT_SEED = 1;

    /// `sweep`, `random` or `random:SEED`.
    ///
    /// @throws BadInput if it is none of them
    public static Reconstruction parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.equals("sweep")) {
            return SWEEP;
        }
        if (lower.equals("random")) {
            return new Reconstruction(Way.RANDOM, DEFAULT_SEED);
        }
        if (lower.matches("random:\\d{1,18}")) {
            return new Reconstruction(
                    Way.RANDOM, Long.parseLong(lower.substring("random:".length())));
        }
        throw new BadInput(
                "",
                "'" + BadInput.oneLine(text) + "' is no way to reconstruct accesses",
                "use sweep, random or random:SEED");
    }

    /// Whether records of this level are no accesses, but something that they are made of.
    public static boolean appliesTo(Level level) {
        return level == Level.REGION || level == Level.SAMPLED;
    }

    /// As [#parse] takes it.
    public String key() {
        return way == Way.SWEEP ? "sweep" : "random:" + seed;
    }

    /// What is assumed of records of a level, a line; the level's own caveat where nothing is
    /// drawn.
    public String assumption(Level level) {
        if (way == Way.SWEEP || !appliesTo(level)) {
            return level.caveat();
        }
        return level == Level.REGION
                ? ("accesses rebuilt from regions by chance (seed %d): in each interval, at each"
                                + " sample up to %d, a page of a region is accessed with the"
                                + " chance of the region's count to the highest of the interval,"
                                + " all in random order")
                        .formatted(seed, MOST_SAMPLES)
                : ("accesses rebuilt from samples by chance (seed %d): each sample is followed by"
                                + " %d accesses drawn from the last %d samples")
                        .formatted(seed, ACCESSES_OF_A_SAMPLE - 1, SAMPLES_DRAWN_FROM);
    }
}
