package org.gleaner.cli;

import java.nio.file.Path;
import org.gleaner.lab.Progress;
import org.gleaner.web.serve.LiveRun;

/// Tells pages of a run what the command tells the terminal.
record FollowedRun(LiveRun run) implements Watch {

    @Override
    public Progress over(Progress shown) {
        return new Progress() {
            @Override
            public void begin(String task, long steps) {
                shown.begin(task, steps);
                run.begin(task, steps);
            }

            @Override
            public void at(long done) {
                shown.at(done);
                run.at(done, Double.NaN);
            }

            @Override
            public void at(long done, double secondsLeft) {
                shown.at(done, secondsLeft);
                run.at(done, secondsLeft);
            }

            @Override
            public void end() {
                shown.end();
            }

            @Override
            public void say(String line) {
                shown.say(line);
                run.say(line);
            }

            @Override
            public boolean cancelled() {
                return shown.cancelled();
            }
        };
    }

    @Override
    public void kept(Path directory) {
        run.kept(directory);
    }

    /// The command has ended.
    ///
    /// @param code its exit code
    /// @param text that it printed
    void ended(int code, String text) {
        LiveRun.State how =
                switch (code) {
                    case ExitCodes.DONE -> LiveRun.State.DONE;
                    case ExitCodes.FAILED -> LiveRun.State.FAILED;
                    case ExitCodes.INTERRUPTED -> LiveRun.State.CANCELLED;
                    default -> LiveRun.State.BROKEN;
                };
        run.end(how, text);
    }
}
