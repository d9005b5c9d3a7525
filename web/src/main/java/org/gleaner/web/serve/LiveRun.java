package org.gleaner.web.serve;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A run that waits, goes on or has ended, as pages are told of it. Any thread may call anything.
public final class LiveRun {

    /// How far it is.
    public enum State {
        WAITING,
        RUNNING,
        DONE,

        /// Done, and a check in it failed.
        FAILED,

        /// Told to stop; what was finished is kept.
        CANCELLED,

        /// Nothing came of it.
        BROKEN
    }

    /// As pages get it.
    ///
    /// @param fraction of the task that is done, 0 to 1; null if nothing is known
    /// @param rate steps in a second; null likewise
    /// @param secondsLeft of the task; null likewise
    /// @param lines that it said, the last ones
    /// @param result the name of its directory of results; null if there is none yet
    /// @param printed what it comes to in text; empty before its end
    record Seen(
            int id,
            String command,
            String state,
            String task,
            @Nullable Double fraction,
            @Nullable Double rate,
            @Nullable Double secondsLeft,
            double elapsedSeconds,
            List<String> lines,
            @Nullable String result,
            String printed) {}

    private static final int MOST_LINES = 20;

    /// Before that, a rate says more of how classes load.
    private static final double SETTLED_SECONDS = 1;

    private final int id;
    private final String command;
    private final Deque<String> lines = new ArrayDeque<>();

    private State state = State.WAITING;
    private String task = "";
    private long steps;
    private long done;
    private double secondsLeft = Double.NaN;
    private long began;
    private long taskBegan;
    private long ended;
    private @Nullable Path kept;
    private String printed = "";
    private volatile boolean cancelled;

    LiveRun(int id, String command) {
        this.id = id;
        this.command = command;
        this.began = System.nanoTime();
    }

    int id() {
        return id;
    }

    /// It is its turn.
    public synchronized void start() {
        state = State.RUNNING;
        began = System.nanoTime();
    }

    /// A task of so many steps starts; 0 if their number is unknown.
    public synchronized void begin(String name, long count) {
        task = name;
        steps = count;
        done = 0;
        secondsLeft = Double.NaN;
        taskBegan = System.nanoTime();
    }

    /// So many steps of the task are done.
    ///
    /// @param left seconds of the task; NaN if nothing is known
    public synchronized void at(long count, double left) {
        done = Math.max(done, count);
        secondsLeft = left;
    }

    /// It says something to people.
    public synchronized void say(String line) {
        lines.addLast(line);
        if (lines.size() > MOST_LINES) {
            lines.removeFirst();
        }
    }

    /// Its results are there.
    public synchronized void kept(Path directory) {
        kept = directory;
    }

    /// It has ended.
    ///
    /// @param text what it comes to
    public synchronized void end(State how, String text) {
        if (!over()) {
            state = how;
            printed = text;
            ended = System.nanoTime();
        }
    }

    synchronized boolean over() {
        return state != State.WAITING && state != State.RUNNING;
    }

    /// Asks it to stop. One that still waits never starts.
    synchronized void cancel() {
        cancelled = true;
        if (state == State.WAITING) {
            end(State.CANCELLED, "");
        }
    }

    /// Whether it should stop.
    public boolean cancelled() {
        return cancelled;
    }

    /// As it is now.
    ///
    /// @param results the directory of which results are served
    synchronized Seen seen(ResultList results) {
        boolean running = state == State.RUNNING;
        double seconds = (System.nanoTime() - taskBegan) / 1e9;
        boolean settled = running && seconds >= SETTLED_SECONDS && done > 0;
        double rate = done / seconds;
        double left = Double.isNaN(secondsLeft) ? (steps - done) / rate : secondsLeft;
        return new Seen(
                id,
                command,
                state.name().toLowerCase(Locale.ROOT),
                task,
                steps > 0 ? (Double) Math.min(1.0, (double) done / steps) : null,
                settled && Double.isNaN(secondsLeft) ? (Double) rate : null,
                settled && steps > 0 ? (Double) Math.max(0, left) : null,
                state == State.WAITING ? 0 : ((over() ? ended : System.nanoTime()) - began) / 1e9,
                List.copyOf(lines),
                kept == null ? null : results.nameOf(kept),
                printed);
    }
}
