package org.gleaner.lab.trace;

import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.page.Interner;
import org.gleaner.lab.trace.profile.ColdAges;
import org.jspecify.annotations.Nullable;

/// Measures how cold the pages of a trace get, as it passes: by its own times, or at a pace that
/// the user states.
public final class ColdTrace implements AccessSink {

    private static final long SECOND = 1_000_000_000;

    private final Interner pages = new Interner();
    private final ColdAges ages;
    private final @Nullable Long pace;
    private long accesses;
    private long now;
    private long first;
    private boolean known;

    /// @param pace accesses in a second, 1 and up; null for the trace's own times
    /// @param share of the working set that may be promoted in a minute
    public ColdTrace(@Nullable Long pace, double share) {
        this.pace = pace;
        ages = new ColdAges(share);
    }

    /// What is measured of a whole file.
    ///
    /// @param found what the file is
    public record Measured(TraceFile.Found found, ColdAges.Measured ages) {}

    /// Reads `file` to its end.
    ///
    /// @throws BadInput as [TraceFile#read] does, if there are no accesses, or if it has no times
    ///     and no pace was stated
    public Measured of(TraceFile file) {
        TraceFile.Found found = file.read(this);
        String place = Input.place(file.path());
        if (accesses == 0) {
            throw new BadInput(place, "has no accesses", "give a trace that has some");
        }
        if (end() == 0) {
            throw new BadInput(
                    place,
                    "has no times that differ",
                    "say how fast its accesses came: --pace 10000, in a second");
        }
        return new Measured(found, ages.measured(end()));
    }

    /// Nanoseconds from the beginning to the end.
    private long end() {
        return pace == null ? now : at(accesses, pace);
    }

    private static long at(long access, long pace) {
        return access / pace * SECOND + access % pace * SECOND / pace;
    }

    @Override
    public void access(long page, boolean write) {
        ages.touch(pages.id(page), pace == null ? now : at(accesses, pace));
        accesses++;
    }

    @Override
    public void space(int space, String name) {
        pages.enter(space);
    }

    @Override
    public void time(long time) {
        if (!known) {
            known = true;
            first = time;
        }
        // Traces of several threads may step back a little.
        now = Math.max(now, time - first);
    }
}
