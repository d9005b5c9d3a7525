package org.gleaner.lab.size;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import org.gleaner.lab.BadInput;

/// An amount of memory: so many bytes, or a share of a footprint that is only known later.
///
/// Written `256GiB`, `64M` (binary, as the kernel reads its own parameters), `16384p` (pages of 4
/// KiB), `4096B` or `50%`. More than nothing and at most 64 TiB.
public sealed interface Size {

    /// Bytes in a page.
    int PAGE = 4096;

    /// The most memory that can be asked for: 64 TiB, what four levels of page table with a 46-bit
    /// physical address reach.
    long MOST = 64L << 40;

    /// As it is written.
    @JsonValue
    @Override
    String toString();

    /// An amount in bytes, 1 to [#MOST].
    record Bytes(long count) implements Size {

        public Bytes {
            bounded(count, count + " bytes");
        }

        @Override
        public long bytes(long footprintBytes) {
            return count;
        }

        @Override
        public Size scaled(Scale scale) {
            return new Bytes(Math.max(PAGE, scale.of(count) / PAGE * PAGE));
        }

        @Override
        public String toString() {
            for (int unit = Units.LETTERS.size() - 1; unit > 0; unit--) {
                if (count % (1L << 10 * unit) == 0) {
                    return (count >> 10 * unit) + Units.LETTERS.get(unit) + "iB";
                }
            }
            return count + "B";
        }
    }

    /// A share of a footprint, in percent: more than 0, at most 1000.
    record Share(BigDecimal percent) implements Size {

        private static final BigDecimal MOST_PERCENT = BigDecimal.valueOf(1000);

        public Share {
            if (percent.signum() <= 0 || percent.compareTo(MOST_PERCENT) > 0) {
                throw new BadInput(
                        "",
                        "a size of " + percent.toPlainString() + "% is out of range",
                        "give more than 0% and at most 1000%");
            }
        }

        @Override
        public long bytes(long footprintBytes) {
            long bytes =
                    percent.multiply(BigDecimal.valueOf(footprintBytes))
                            .movePointLeft(2)
                            .setScale(0, RoundingMode.FLOOR)
                            .longValueExact();
            return bounded(bytes, this + " of " + footprintBytes + " bytes");
        }

        @Override
        public Size scaled(Scale scale) {
            return this;
        }

        @Override
        public String toString() {
            return percent.toPlainString() + "%";
        }
    }

    /// The amount in bytes, where a share is taken of `footprintBytes` and rounded down.
    ///
    /// @throws BadInput if a share comes to nothing or to more than [#MOST], without a place
    long bytes(long footprintBytes);

    /// The amount at a scale, in whole pages and at least one; a share stays what it is.
    Size scaled(Scale scale);

    /// The amount in whole pages, rounded down as the kernel rounds limits; a share is taken of
    /// `footprintPages`.
    ///
    /// @param pageBytes of each of those pages
    /// @throws BadInput if that is not even one page, without a place
    default long pages(long footprintPages, int pageBytes) {
        long pages = bytes(Math.multiplyExact(footprintPages, pageBytes)) / pageBytes;
        if (pages == 0) {
            throw new BadInput(
                    "",
                    this + " is less than one page",
                    "give " + pageBytes / PAGE + "p (" + approximately(pageBytes) + ") or more");
        }
        return pages;
    }

    /// The same in pages of 4 KiB.
    default long pages(long footprintPages) {
        return pages(footprintPages, PAGE);
    }

    /// Reads an amount in any of the forms above; case and a blank before the unit do not matter.
    ///
    /// @throws BadInput if it is none of them or out of range, without a place
    @JsonCreator
    static Size parse(String text) {
        Matcher form = Units.FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new BadInput("", "'" + text + "' is not a size", "write " + Units.EXAMPLES);
        }
        BigDecimal number = new BigDecimal(form.group(1));
        String unit = form.group(2).toUpperCase(Locale.ROOT);
        if (unit.equals("%")) {
            return new Share(number);
        }
        return new Bytes(bounded(number.multiply(unit(text, form.group(1), unit)), text));
    }

    /// `bytes` for people: in the largest unit of which it is at least one, to a tenth.
    static String approximately(long bytes) {
        int unit = 0;
        while (unit < Units.LETTERS.size() - 1 && bytes >> 10 * (unit + 1) != 0) {
            unit++;
        }
        double tenths = Math.round(10.0 * bytes / (1L << 10 * unit)) / 10.0;
        String number = tenths == Math.rint(tenths) ? Long.toString((long) tenths) : "" + tenths;
        return number + Units.LETTERS.get(unit) + (unit == 0 ? "" : "iB");
    }

    private static BigDecimal unit(String text, String number, String unit) {
        if (unit.isEmpty()) {
            throw new BadInput(
                    "",
                    "'" + text + "' has no unit",
                    "write " + number + "p for pages or " + number + "M for mebibytes");
        }
        if (unit.equals("P")) {
            return BigDecimal.valueOf(PAGE);
        }
        int power = Units.LETTERS.indexOf(unit.substring(0, 1));
        String rest = unit.substring(1);
        boolean known = power == 0 ? rest.isEmpty() : rest.isEmpty() || rest.equals("IB");
        if (power > 0 && rest.equals("B")) {
            throw new BadInput(
                    "",
                    "'" + text + "' may mean powers of 10 or of 2",
                    "write " + number + Units.LETTERS.get(power) + "iB (sizes are powers of 2)");
        }
        if (power < 0 || !known) {
            throw new BadInput("", "'" + text + "' has an unknown unit", "write " + Units.EXAMPLES);
        }
        return BigDecimal.valueOf(1L << 10 * power);
    }

    private static long bounded(BigDecimal bytes, String text) {
        if (bytes.compareTo(BigDecimal.valueOf(MOST)) > 0) {
            throw tooMuch(text);
        }
        return bounded(bytes.setScale(0, RoundingMode.FLOOR).longValueExact(), text);
    }

    private static long bounded(long bytes, String text) {
        if (bytes > MOST) {
            throw tooMuch(text);
        }
        if (bytes <= 0) {
            throw new BadInput("", text + " is no memory at all", "give one page (4KiB) or more");
        }
        return bytes;
    }

    private static BadInput tooMuch(String text) {
        return new BadInput("", text + " is more than 64TiB", "give 64TiB or less");
    }
}
