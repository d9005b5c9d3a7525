package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;
import org.jspecify.annotations.Nullable;

/// What is written to a cgroup's limits and protections: a size, `0` for nothing, or `max` for no
/// bound.
///
/// @param size null for `0` and `max`; a share is of a guest's memory
public record Limit(String word, @Nullable Size size) {

    private static final String NOTHING = "0";
    private static final String UNBOUNDED = "max";

    /// Reads `0`, `max` or a size.
    @JsonCreator
    public static Limit parse(String text) {
        if (text.equals(NOTHING) || text.equals(UNBOUNDED)) {
            return new Limit(text, null);
        }
        try {
            return new Limit(text, Size.parse(text));
        } catch (BadInput bad) {
            throw new BadInput("", bad.what(), bad.mend() + ", or 0, or max", bad);
        }
    }

    /// In pages of so many bytes, for a guest of `guestPages`; the most that a number can hold for
    /// `max`.
    ///
    /// @throws BadInput if a size is not even one page, without a place
    public long pages(long guestPages, int pageBytes) {
        if (size != null) {
            return size.pages(guestPages, pageBytes);
        }
        return word.equals(UNBOUNDED) ? Long.MAX_VALUE : 0;
    }

    Limit scaled(Scale scale) {
        if (size == null) {
            return this;
        }
        Size scaled = size.scaled(scale);
        return new Limit(scaled.toString(), scaled);
    }

    @JsonValue
    @Override
    public String toString() {
        return word;
    }
}
