package org.gleaner.lab.validate;

import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;

/// What a published table says how long it took.
public enum Timed {
    /// A pass of the vCPUs over memory whose writes are logged (`dirty-log-perf`).
    DIRTY("dirty"),

    /// The vCPUs' populating of their memory while it is aged, the slowest of them
    /// (`access-tracking`, as a benchmark).
    VCPU("vcpu"),

    /// The average aging pass meanwhile.
    PASS("pass");

    private final String word;

    Timed(String word) {
        this.word = word;
    }

    /// As tables and results have it.
    public String word() {
        return word;
    }

    /// @throws BadInput for an unknown word, without a place
    static Timed of(String word) {
        for (Timed each : values()) {
            if (each.word.equals(word)) {
                return each;
            }
        }
        List<String> known = Arrays.stream(values()).map(Timed::word).toList();
        throw new BadInput("", "metric '" + word + "'", Nearest.mend(word, known));
    }
}
