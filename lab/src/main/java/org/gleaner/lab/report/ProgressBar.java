package org.gleaner.lab.report;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.gleaner.lab.Progress;

/// Progress for people: on a terminal a bar with rate and time left, elsewhere a line every few
/// seconds, or nothing. Rate and time left are those of the last seconds; all is done when the task has ended, not
/// before.
public final class ProgressBar implements Progress {

    /// How progress is shown.
    public enum Mode {
        /// A bar that is drawn over itself.
        BAR,

        /// A line now and then.
        LINES,

        /// Not at all.
        SILENT
    }

    private static final long BAR_NANOS = 100_000_000L;
    private static final long LINE_NANOS = 5_000_000_000L;
    private static final int CELLS = 30;

    /// How long classes load and nothing is known of how long the rest takes.
    private static final long SETTLING_NANOS = 2_000_000_000L;

    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream out;
    private final Mode mode;
    private final BooleanSupplier cancelled;
    private final LongSupplier clock;

    private String task = "";
    private long steps;
    private boolean even;
    private long begun;
    private long shown;
    private RecentRate rate = new RecentRate(0);

    /// @param cancelled what [#cancelled] answers
    public ProgressBar(PrintStream out, Mode mode, BooleanSupplier cancelled) {
        this(out, mode, cancelled, System::nanoTime);
    }

    ProgressBar(PrintStream out, Mode mode, BooleanSupplier cancelled, LongSupplier clock) {
        this.out = out;
        this.mode = mode;
        this.cancelled = cancelled;
        this.clock = clock;
    }

    @Override
    public synchronized void begin(String name, long count) {
        task = name;
        steps = count;
        even = true;
        begun = clock.getAsLong();
        shown = begun;
        rate = new RecentRate(begun);
    }

    @Override
    public synchronized void beginUneven(String name, long count) {
        begin(name, count);
        even = false;
    }

    @Override
    public synchronized void at(long done) {
        long now = clock.getAsLong();
        rate.add(now, done);
        if (mode == Mode.SILENT || now - shown < (mode == Mode.BAR ? BAR_NANOS : LINE_NANOS)) {
            return;
        }
        shown = now;
        String figures = figures(done, now - begun);
        if (mode == Mode.BAR) {
            out.print(CLEAR + task + bar(done) + figures);
        } else {
            out.println(task + ":" + figures);
        }
        out.flush();
    }

    @Override
    public synchronized void end() {
        clear();
        task = "";
    }

    @Override
    public synchronized void say(String line) {
        if (mode != Mode.SILENT) {
            clear();
            out.println(line);
        }
    }

    @Override
    public boolean cancelled() {
        return cancelled.getAsBoolean();
    }

    private void clear() {
        if (mode == Mode.BAR) {
            out.print(CLEAR);
            out.flush();
        }
    }

    private String bar(long done) {
        if (steps <= 0) {
            return "";
        }
        int full = (int) (CELLS * (double) Math.min(done, steps - 1) / steps);
        return " [" + "#".repeat(full) + ".".repeat(CELLS - full) + "]";
    }

    private String figures(long done, long nanos) {
        double perSecond = rate.perSecond();
        String speed = even ? String.format(Locale.ROOT, " %s/s", amount(perSecond)) : "";
        if (steps <= 0) {
            return " " + amount((double) done) + speed;
        }
        if (done >= steps) {
            return " 99%, about to end";
        }
        String left =
                perSecond > 0 && nanos >= SETTLING_NANOS
                        ? ", " + time((steps - done) / perSecond) + " left"
                        : "";
        return String.format(Locale.ROOT, " %d%%%s%s", 100 * done / steps, speed, left);
    }

    private static String amount(double count) {
        if (count >= 1e6) {
            return String.format(Locale.ROOT, "%.1f M", count / 1e6);
        }
        return count >= 1e4
                ? String.format(Locale.ROOT, "%.0f k", count / 1e3)
                : String.format(Locale.ROOT, "%.0f", count);
    }

    private static String time(double seconds) {
        long whole = Math.max(0, (long) Math.ceil(seconds));
        return whole < 60 ? whole + " s" : whole / 60 + " min " + whole % 60 + " s";
    }
}
