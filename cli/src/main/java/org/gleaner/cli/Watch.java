package org.gleaner.cli;

import java.nio.file.Path;
import org.gleaner.lab.Progress;

/// Somebody who follows a command besides the terminal.
public interface Watch {

    /// Nobody.
    Watch NONE =
            new Watch() {
                @Override
                public Progress over(Progress shown) {
                    return shown;
                }

                @Override
                public void kept(Path directory) {}
            };

    /// Progress that tells `shown` and the watcher.
    Progress over(Progress shown);

    /// The results are there.
    void kept(Path directory);
}
