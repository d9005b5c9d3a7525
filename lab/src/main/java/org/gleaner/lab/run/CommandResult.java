package org.gleaner.lab.run;

import java.math.BigDecimal;
import java.math.MathContext;
import org.gleaner.lab.choice.HostFile;
import org.gleaner.lab.scenario.Moment;
import org.jspecify.annotations.Nullable;

/// A command to a file of the host's kernel, and what became of it.
///
/// @param at when it was to be written
/// @param ran whether it was: not if the run ended before
/// @param seconds when it was, on the host's clock; null if it was not
/// @param guest whose file, of a cgroup; null for the host's
/// @param wrote what was written, with the generations' numbers in it
/// @param errno the kernel's answer; null if that was success, or there was none
/// @param askedPages what `memory.reclaim` was asked for; null for other files
/// @param freedPages what it freed
/// @param abovePages by how much the cgroup still exceeds a `memory.max` or `memory.high` written;
///     null for other files
/// @param text what `lru_gen` says after a command to it; null for other files
public record CommandResult(
        Moment at,
        boolean ran,
        @Nullable Double seconds,
        HostFile to,
        @Nullable String guest,
        String wrote,
        @Nullable String errno,
        @Nullable Long askedPages,
        @Nullable Long freedPages,
        @Nullable Long abovePages,
        @Nullable String text) {

    /// What was to be written, where and when: `'1000' into min_ttl_ms at 30 s`.
    public String said() {
        String when = at.text();
        if (seconds != null) {
            when = at.populated() ? seconds(seconds) + " (" + at + ")" : seconds(seconds);
        }
        String whose = guest == null ? "" : " of " + guest;
        return "'" + wrote + "' into " + to.label() + whose + " at " + when;
    }

    private static String seconds(double seconds) {
        BigDecimal rounded = BigDecimal.valueOf(seconds).round(new MathContext(4));
        return rounded.stripTrailingZeros().toPlainString() + " s";
    }
}
