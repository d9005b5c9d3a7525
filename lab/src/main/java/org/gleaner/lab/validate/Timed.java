package org.gleaner.lab.validate;

import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;

/// What a published table has measured.
public enum Timed {
    /// A pass of the vCPUs over memory whose writes are logged (`dirty-log-perf`).
    DIRTY("dirty", "s", "a pass over logged memory"),

    /// Pages that user space supplies (`demand-paging`).
    RATE("rate", "kpages/s", "pages supplied on demand"),

    /// The vCPUs' populating of their memory while it is aged, the slowest of them
    /// (`access-tracking`, as a benchmark).
    VCPU("vcpu", "s", "the slowest vCPU while its memory is aged"),

    /// The average aging pass meanwhile.
    PASS("pass", "s", "an aging pass"),

    /// The aging pass after the vCPUs have written to idle memory (`access-tracking`, no
    /// benchmark).
    AGE_WRITTEN("age-written", "s", "an aging pass over memory that was written to"),

    /// The aging pass after they have read idle memory.
    AGE_READ("age-read", "s", "an aging pass over memory that was read"),

    /// The aging pass after nothing.
    AGE_IDLE("age-idle", "s", "an aging pass over memory that was left alone"),

    /// The second run over a guest as large as its host (`max-guest-memory`).
    RUN2("run2", "s", "the second run over all memory"),

    /// What guests get done in the last phase of their work (`neighbours` with phases).
    WORK("work", "op/s", "operations of the last phase"),

    /// The last round of their work.
    ROUND("round", "s", "the last round of work");

    private final String word;
    private final String unit;
    private final String meaning;

    Timed(String word, String unit, String meaning) {
        this.word = word;
        this.unit = unit;
        this.meaning = meaning;
    }

    /// As tables and results have it.
    public String word() {
        return word;
    }

    /// Of what is published: `s`, of virtual time as at full size, or `kpages/s`.
    public String unit() {
        return unit;
    }

    /// In words.
    public String meaning() {
        return meaning;
    }

    /// Whether it grows with the memory, so that it is smaller by the scale.
    public boolean scales() {
        return unit.equals("s");
    }

    /// Whether whole applications are played for it, which takes long.
    public boolean isOfApplications() {
        return this == WORK || this == ROUND;
    }

    /// @throws BadInput for an unknown word, without a place
    public static Timed of(String word) {
        for (Timed each : values()) {
            if (each.word.equals(word)) {
                return each;
            }
        }
        List<String> known = Arrays.stream(values()).map(Timed::word).toList();
        throw new BadInput("", "metric '" + word + "'", Nearest.mend(word, known));
    }
}
