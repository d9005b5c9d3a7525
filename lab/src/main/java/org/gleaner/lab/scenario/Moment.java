package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.size.Span;

/// An instant of a run: `2s` on the host's clock, which starts with the host; or `populated+2s`, so
/// long after all guests have populated their memory.
///
/// @param populated whether it counts from there
/// @param after since then
public record Moment(boolean populated, Span after) {

    private static final String POPULATED = "populated";
    private static final String MEND = "write 2s, 500ms, or populated+2s";

    /// Reads either form; `populated` alone is the instant itself.
    ///
    /// @throws BadInput for anything else, without a place
    @JsonCreator
    public static Moment parse(String text) {
        String word = text.strip();
        boolean populated = word.startsWith(POPULATED);
        String span = populated ? word.substring(POPULATED.length()).strip() : word;
        if (populated && span.isEmpty()) {
            return new Moment(true, Span.parse("0s"));
        }
        if (populated && !span.startsWith("+")) {
            throw new BadInput("", "'" + text + "' is no instant", MEND);
        }
        try {
            return new Moment(populated, Span.parse(populated ? span.substring(1) : span));
        } catch (BadInput bad) {
            throw new BadInput("", bad.what(), MEND, bad);
        }
    }

    /// For people: `2 s`, or as written where it counts from the populated guests.
    public String text() {
        return populated
                ? toString()
                : BigDecimal.valueOf(after.nanos(), 9).stripTrailingZeros().toPlainString() + " s";
    }

    @JsonValue
    @Override
    public String toString() {
        return populated ? POPULATED + "+" + after : after.toString();
    }
}
