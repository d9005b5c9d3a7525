package org.gleaner.lab.size;

import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;

/// The fraction of its memory that a scenario is run with, so that a rack fits a laptop. Memory,
/// swap and watermarks shrink; CPUs and costs do not, because contention depends on them. Times
/// then shrink about as the memory does.
///
/// @param part 1 to `whole`
/// @param whole 1 to 1,048,576
public record Scale(int part, int whole) {

    /// As large as life.
    public static final Scale FULL = new Scale(1, 1);

    private static final int MOST = 1 << 20;
    private static final Pattern FORM = Pattern.compile("(\\d{1,7})(?:/(\\d{1,7}))?");

    public Scale {
        if (part < 1 || whole < part || whole > MOST) {
            throw new BadInput(
                    "",
                    part + "/" + whole + " is not a scale",
                    "give a fraction from 1/1048576 to 1, such as 1/64");
        }
    }

    /// Reads `1/64` or `1`.
    ///
    /// @throws BadInput if it is no such fraction, without a place
    public static Scale parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new BadInput("", "'" + text + "' is not a scale", "write 1/64 or 1");
        }
        int whole = form.group(2) == null ? 1 : Integer.parseInt(form.group(2));
        return new Scale(Integer.parseInt(form.group(1)), whole);
    }

    /// `amount` at this scale, rounded down.
    public long of(long amount) {
        return BigInteger.valueOf(amount)
                .multiply(BigInteger.valueOf(part))
                .divide(BigInteger.valueOf(whole))
                .longValueExact();
    }

    @JsonValue
    @Override
    public String toString() {
        return part == whole ? "1" : part + "/" + whole;
    }
}
