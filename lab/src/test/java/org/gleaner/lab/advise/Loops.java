package org.gleaner.lab.advise;

import org.gleaner.lab.input.Input;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.format.Level;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/// Hosts and VMs of which arithmetic says what fits.
final class Loops {

    /// A page of each loop is a write of four.
    static final int PAGES = 2000;

    static final double PACE = 1_000_000;

    /// Twice through a loop, and once more watched.
    static final TrialRequest.Watch WATCH =
            new TrialRequest.Watch(500, 4_000_000, 2L * PAGES * 1000);

    private Loops() {}

    static AdvisedHost host(Path directory, String memory, String... settings) {
        Path file = directory.resolve("host.yaml");
        try {
            Files.writeString(file, "host: {memory: " + memory + "}\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return AdvisedHost.read(file.toString(), input(), List.of(settings));
    }

    static Input input() {
        return Input.ofProcess();
    }

    /// Page after page, over and over.
    static Trace loop(String name) {
        int[] accesses = IntStream.range(0, PAGES).map(i -> i % 4 == 0 ? i | 1 << 31 : i).toArray();
        return new HeldTrace(name, Level.MEMORY, accesses, PAGES, PAGES);
    }

    static Population population() {
        return new Population(List.of(loop("a"), loop("b")), _ -> PACE, VmLimits.NONE);
    }
}
