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
    private static final String SAMPLE = "--sample-every";
    private static final String EVENTS = "--trace-events";

    @Option(
            names = SAMPLE,
            paramLabel = "INTERVAL",
            description =
                    "Look at the hosts every so much virtual time, such as 1ms, for samples.csv and"
                            + " heat.csv of the results; off: never (default: some 500 times a"
                            + " run).")
    @Nullable String interval;

    @Option(
            names = EVENTS,
            description =
                    "Keep trace.json too, for ui.perfetto.dev: what the kernel's tracepoints would"
                            + " tell, and waits for locks.")
    boolean events;

    /// What is to be kept of the hosts of the first seed.
    ///
    /// @param kept whether there will be a directory of results
    /// @throws BadInput if there is nothing to look at, or nowhere to put what is seen
    Observation observation(EngineChoice engine, boolean kept) {
        boolean off = OFF.equals(interval);
        if (events && off) {
            throw new BadInput(EVENTS, "goes with samples", "leave " + SAMPLE + " off out");
        }
        if (!events && (interval == null || off)) {
            boolean usual = !off && kept && engine == EngineChoice.VIRTUAL;
            return usual ? Observation.of(Pace.USUAL) : Observation.NONE;
        }
        String option = events ? EVENTS : SAMPLE;
        if (engine != EngineChoice.VIRTUAL) {
            throw new BadInput(
                    option, "real threads cannot be looked at", "use it with --engine virtual");
        }
        if (!kept) {
            throw new BadInput(option, "needs a place for what is seen", "use it with --out");
        }
        Pace pace = interval == null ? Pace.USUAL : Pace.of(span(interval));
        return events ? Observation.withEvents(pace) : Observation.of(pace);
    }

    private static Span span(String text) {
        try {
            Span span = Span.parse(text);
            if (span.nanos() > 0) {
                return span;
            }
        } catch (BadInput e) {
            throw e.at(SAMPLE);
        }
        throw new BadInput(SAMPLE, "0 is no interval", "write 10ms, 500us or off");
    }
}
