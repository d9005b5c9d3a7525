package org.gleaner.cli;

import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.observe.Pace;
import org.gleaner.lab.size.Span;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of commands whose hosts can be looked at while they run.
final class SampleOptions {
    private static final String OFF = "off";

    @Option(
            names = "--sample-every",
            paramLabel = "INTERVAL",
            description =
                    "Look at the hosts every so much virtual time, such as 1ms, for samples.csv and"
                            + " heat.csv of the results; off: never (default: some 500 times a"
                            + " run).")
    @Nullable String interval;

    /// What is to be kept of the hosts of the first seed.
    ///
    /// @param kept whether there will be a directory of results
    /// @throws BadInput if there is nothing to sample, or nowhere to put it
    Observation observation(EngineChoice engine, boolean kept) {
        if (interval == null) {
            boolean some = kept && engine == EngineChoice.VIRTUAL;
            return some ? Observation.of(Pace.USUAL) : Observation.NONE;
        }
        if (interval.equals(OFF)) {
            return Observation.NONE;
        }
        if (engine != EngineChoice.VIRTUAL) {
            throw new BadInput(
                    "--sample-every",
                    "real threads cannot be sampled",
                    "use it with --engine virtual");
        }
        if (!kept) {
            throw new BadInput(
                    "--sample-every", "needs a place for the samples", "use it with --out");
        }
        return Observation.of(Pace.of(span(interval)));
    }

    private static Span span(String text) {
        try {
            Span span = Span.parse(text);
            if (span.nanos() > 0) {
                return span;
            }
        } catch (BadInput e) {
            throw e.at("--sample-every");
        }
        throw new BadInput("--sample-every", "0 is no interval", "write 10ms, 500us or off");
    }
}
