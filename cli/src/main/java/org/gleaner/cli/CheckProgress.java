package org.gleaner.cli;

import org.gleaner.check.Check;

/// A line for each search that has its answer.
final class CheckProgress implements Check.Watcher {
    private final Surroundings surroundings;
    private final boolean quiet;

    CheckProgress(Surroundings surroundings, boolean quiet) {
        this.surroundings = surroundings;
        this.quiet = quiet;
    }

    @Override
    public void done(String name, int done, int all) {
        if (!quiet) {
            surroundings.err().printf("%d of %d searches: %s%n", done, all, name);
        }
    }

    @Override
    public boolean isStopped() {
        return surroundings.interrupted().getAsBoolean();
    }
}
