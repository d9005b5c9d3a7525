package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Whether all that was asked for was finished, and what was not. Every report and every JSON
/// document begins with it, so that a part is never taken for the whole.
///
/// @param asked parts that were asked for: configurations, replays, rows
/// @param finished of these
/// @param missing names of the others, in order
@JsonPropertyOrder({"complete", "asked", "finished", "missing"})
public record Completeness(int asked, int finished, List<String> missing) {

    /// How many names a line has room for.
    private static final int MOST_NAMED = 6;

    public Completeness {
        missing = List.copyOf(missing);
    }

    /// Of parts with names of their own, `finished` came to their end.
    public static Completeness of(List<String> asked, Collection<String> finished) {
        List<String> missing = asked.stream().filter(name -> !finished.contains(name)).toList();
        return new Completeness(asked.size(), asked.size() - missing.size(), missing);
    }

    /// All of `asked` parts.
    public static Completeness whole(int asked) {
        return new Completeness(asked, asked, List.of());
    }

    @JsonProperty
    public boolean complete() {
        return finished == asked;
    }

    /// One line for people.
    ///
    /// @param parts what is counted, in the plural
    public String line(String parts) {
        return line(parts, "interrupted");
    }

    /// The same, with why something is missing.
    public String line(String parts, String why) {
        String share = finished + " of " + asked + " " + (asked == 1 ? singular(parts) : parts);
        if (complete()) {
            return "complete: " + share;
        }
        List<String> named =
                new ArrayList<>(missing.subList(0, Math.min(MOST_NAMED, missing.size())));
        if (missing.size() > named.size()) {
            named.add("and " + (missing.size() - named.size()) + " more");
        }
        return "INCOMPLETE (" + why + "): " + share + "; missing: " + String.join(", ", named);
    }

    private static String singular(String parts) {
        return parts.substring(0, parts.length() - 1);
    }
}
