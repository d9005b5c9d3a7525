package org.gleaner.lab.run;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;

/// How long a VM may be stalled on memory, and how memory is asked back from it until it is.
///
/// It is the controller that was published for a fleet (Weiner and others, TMO, ASPLOS 2022): each
/// interval it asks a VM for `current * step * max(0, 1 - some / target)`, where `some` is the VM's
/// pressure in that interval.
///
/// @param somePercent the target: share of an interval; more than 0, at most 100
/// @param intervalNanos from one look at the VM to the next
/// @param step the share of its memory that is asked back at most at a time; between 0 and 1
public record PressureTarget(double somePercent, long intervalNanos, double step) {

    private static final Pattern FORM = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,9})?)\\s*%");

    /// A thousandth of the six seconds of the fleet: a second of a trial stands for a quarter of an
    /// hour.
    private static final long INTERVAL_NANOS = 6_000_000;

    /// As in the fleet.
    private static final double STEP = 0.0005;

    /// The published controller with another target.
    public static PressureTarget of(double somePercent) {
        return new PressureTarget(somePercent, INTERVAL_NANOS, STEP);
    }

    /// The same, of a share as users write it: `0.1%`.
    ///
    /// @throws BadInput for anything else, without a place
    public static PressureTarget parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        double percent = form.matches() ? Double.parseDouble(form.group(1)) : 0;
        if (percent <= 0 || percent > 100) {
            throw new BadInput(
                    "",
                    "'" + text + "' is no share of the time",
                    "write 0.1%, more than 0% and at most 100%");
        }
        return of(percent);
    }

    /// What is asked back of some pages after so long, for some of which their VM was stalled: 0 if
    /// that is not below the target.
    public long asked(long pages, long nanos, long stalledNanos) {
        double some = 100.0 * stalledNanos / nanos;
        double steps = (double) nanos / intervalNanos;
        return (long) (pages * step * steps * Math.max(0, 1 - some / somePercent));
    }
}
