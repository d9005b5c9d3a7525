package org.gleaner.cli;

import org.gleaner.check.Check;

/// A line for each search that is over.
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
            surroundings.err().printf("%3d %% of the catalogue: %s%n", 100 * done / all, name);
        }
    }

    @Override
    public boolean isStopped() {
        return surroundings.interrupted().getAsBoolean();
    }
}
