package org.gleaner.lab.advise;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.scenario.HostShare;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.format.Level;

/// Hosts and VMs of which arithmetic says what fits.
final class Loops {

    /// A page of each loop is a write of four.
    static final int PAGES = 590;

    static final double PACE = 200_000;

    /// Laps enough for kswapd to have had its say, and some more watched.
    static final TrialRequest.Watch WATCH = new TrialRequest.Watch(100, 40_000_000, 20_000_000);

    private Loops() {}

    static AdvisedHost host(Path directory, String memory, String... settings) {
        Path file = directory.resolve("host.yaml");
        try {
            Files.writeString(file, "host: {memory: " + memory + "}\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return AdvisedHost.file(file.toString(), Input.ofProcess()).with(List.of(settings));
    }

    /// Page after page, over and over.
    static Trace loop(String name) {
        int[] accesses = IntStream.range(0, PAGES).map(i -> i % 4 == 0 ? i | 1 << 31 : i).toArray();
        return new HeldTrace(name, Level.MEMORY, accesses, PAGES, PAGES);
    }

    static Population population() {
        return new Population(List.of(loop("a"), loop("b")), _ -> PACE, VmLimits.NONE);
    }

    /// How many loops fit: all their pages, and what kswapd is woken below. One more is so many
    /// that allocations wait: between the two kswapd works without getting anywhere, for all pages
    /// are young.
    static int fit(AdvisedHost host) {
        int fits = 0;
        for (; ; ) {
            long pages = (long) (fits + 1) * PAGES;
            HostShare share =
                    HostShare.of(host.pages(), pages, pages, SwapDeviceChoice.ZRAM, Size.PAGE);
            long bytes = host.pages() * Size.PAGE;
            long min = host.settings().watermarks().minFree().bytes(bytes) / Size.PAGE;
            if (pages > share.usablePages() - min - min / 4) {
                assertThat(pages).isGreaterThan(share.usablePages() - min);
                return fits;
            }
            fits++;
        }
    }
}
