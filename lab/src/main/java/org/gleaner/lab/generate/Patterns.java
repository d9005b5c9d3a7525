package org.gleaner.lab.generate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.trace.format.AccessSink;

/// All patterns, and traces made by them.
public final class Patterns {

    private static final List<Pattern> ALL =
            List.of(
                    new Uniform(),
                    new Zipf(),
                    new Loop(),
                    new Shift(),
                    new ScanHot(),
                    new Press(),
                    new Ycsb(),
                    new Chase(),
                    new BootStorm());

    private Patterns() {}

    /// A pattern for people.
    ///
    /// @param parameters what each means, by `name=usual value`
    public record Listed(String name, String summary, Map<String, String> parameters) {}

    /// All of them.
    public static List<Listed> all() {
        return ALL.stream().map(Patterns::listed).toList();
    }

    private static Listed listed(Pattern pattern) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (Parameter each : pattern.parameters()) {
            parameters.put(each.name() + "=" + Values.text(each.usual()), each.meaning());
        }
        return new Listed(pattern.name(), pattern.summary(), parameters);
    }

    /// Makes a trace, the same for the same arguments on every machine.
    ///
    /// @param settings each `name=value`
    /// @param accesses how many
    /// @return the pattern with all its parameters: what it was made with
    /// @throws BadInput if there is no such pattern or parameter, or a value is out of range
    public static String make(
            String name, List<String> settings, long accesses, long seed, AccessSink sink) {
        Pattern pattern = named(name);
        Values values = new Values(pattern.parameters(), settings);
        Pattern.Source source = pattern.begin(values, new SplittableRandom(seed));
        for (long i = 0; i < accesses; i++) {
            source.next(sink);
        }
        return name + " " + values + " accesses=" + accesses + " seed=" + seed;
    }

    private static Pattern named(String name) {
        List<String> names = ALL.stream().map(Pattern::name).toList();
        for (Pattern each : ALL) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        throw new BadInput(
                "'" + name + "'", "there is no pattern of that name", Nearest.mend(name, names));
    }
}
