package org.gleaner.fleet.point;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.gleaner.cli.TraceShelf;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;

/// The traces that points of this process have read, as long as the heap has room for them.
final class HeldTraces implements TraceShelf {

    /// One for all tasks of this process.
    static final HeldTraces OF_PROCESS = new HeldTraces();

    private record Held(FileTime time, SoftReference<Trace> trace) {}

    private final Map<Path, Held> held = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();

    @Override
    public Trace trace(Path file, Supplier<Trace> reading) {
        FileTime time = changed(file);
        if (time == null) {
            return reading.get();
        }
        // One reads what others wait for.
        lock.lock();
        try {
            Held old = held.get(file);
            Trace trace = old == null || !old.time().equals(time) ? null : old.trace().get();
            if (trace == null) {
                trace = reading.get();
                held.put(file, new Held(time, new SoftReference<>(trace)));
            }
            return trace;
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable FileTime changed(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.getLastModifiedTime(file) : null;
        } catch (IOException e) {
            return null;
        }
    }
}
