package org.gleaner.lab.size;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;

/// A length of time, as users write it: `2s`, `500ms`, `20us`, `100ns`.
///
/// @param nanos 0 and up
/// @param text as written
public record Span(long nanos, String text) {

    private static final Pattern FORM =
            Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*(s|ms|us|ns)");
    private static final Map<String, Integer> DIGITS = Map.of("s", 9, "ms", 6, "us", 3, "ns", 0);

    /// Reads a number with a unit.
    ///
    /// @throws BadInput for anything else, without a place
    @JsonCreator
    public static Span parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new BadInput(
                    "", "'" + text + "' is no length of time", "write 2s, 500ms, 20us or 100ns");
        }
        int digits = DIGITS.getOrDefault(form.group(2), 0);
        return new Span(
                new BigDecimal(form.group(1)).movePointRight(digits).longValue(), text.strip());
    }

    @JsonValue
    @Override
    public String toString() {
        return text;
    }
}
