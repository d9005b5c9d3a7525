package org.gleaner.lab.report;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.gleaner.lab.Progress;

/// Progress for people: on a terminal a bar with rate and time left, elsewhere a line every few
/// seconds, or nothing. The rate is that of the last seconds; all is done when the task has ended,
/// not before.
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
    private long begun;
    private long shown;

    /// The most that a task said that knows how long it will take: its bar does not go back.
    private long most;

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
        begun = clock.getAsLong();
        shown = begun;
        most = 0;
        rate = new RecentRate(begun);
    }

    @Override
    public synchronized void at(long done) {
        long now = clock.getAsLong();
        rate.add(now, done);
        double perSecond = rate.perSecond();
        String speed = String.format(Locale.ROOT, " %s/s", amount(perSecond));
        show(now, done, speed, perSecond > 0 ? (steps - done) / perSecond : Double.NaN);
    }

    @Override
    public synchronized void at(long done, double secondsLeft) {
        most = Math.max(most, done);
        show(clock.getAsLong(), most, "", secondsLeft);
    }

    private void show(long now, long done, String speed, double left) {
        if (mode == Mode.SILENT || now - shown < (mode == Mode.BAR ? BAR_NANOS : LINE_NANOS)) {
            return;
        }
        shown = now;
        String figures = figures(done, speed, now - begun < SETTLING_NANOS ? Double.NaN : left);
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

    private String figures(long done, String speed, double left) {
        if (steps <= 0) {
            return " " + amount((double) done) + speed;
        }
        if (done >= steps) {
            return " 99%, about to end";
        }
        String rest = Double.isNaN(left) ? "" : ", " + time(left) + " left";
        return String.format(Locale.ROOT, " %d%%%s%s", 100 * done / steps, speed, rest);
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
