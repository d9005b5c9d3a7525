package org.gleaner.fleet.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The command that a point is, and how its keys become words of it.
public enum PointKind {
    /// `gleaner replay`: the key `trace` names traces, all others are its options.
    REPLAY("replay", "trace"),

    /// `gleaner run`: the key `scenario` names a scenario, some are options, and all others are
    /// keys of the scenario.
    RUN("run", "scenario");

    private static final Set<String> OPTIONS_OF_RUN =
            Set.of("kernel", "lru", "aging", "scale", "seed");

    /// What a sweep says itself, or what would make a row that is not the same everywhere.
    private static final Set<String> TAKEN =
            Set.of(
                    "out", "json", "quiet", "q", "verbose", "engine", "seeds", "band", "help",
                    "version");

    private final String label;
    private final String subject;

    PointKind(String label, String subject) {
        this.label = label;
        this.subject = subject;
    }

    /// The command's name.
    public String label() {
        return label;
    }

    /// The key that names what is run: `trace` or `scenario`.
    public String subject() {
        return subject;
    }

    /// Whether a point may not have this key.
    static boolean taken(String key) {
        return TAKEN.contains(key);
    }

    /// The words behind `gleaner` for these values.
    List<String> words(Map<String, String> values) {
        List<String> words = new ArrayList<>(List.of(label));
        String what = values.get(subject);
        if (what != null) {
            words.addAll(List.of(what.strip().split("\\s+")));
        }
        values.forEach((key, value) -> {
            if (key.equals(subject)) {
                return;
            }
            if (this == RUN && !OPTIONS_OF_RUN.contains(key)) {
                words.add("--set");
                words.add(key + "=" + value);
            } else if (value.equals("true")) {
                words.add("--" + key);
            } else if (!value.equals("false")) {
                words.add("--" + key);
                words.add(value);
            }
        });
        return List.copyOf(words);
    }
}
