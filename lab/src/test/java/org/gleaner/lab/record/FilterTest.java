package org.gleaner.lab.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The plugin's filter, run without QEMU, against its rule written down at length.
final class FilterTest {

    private record Emitted(long record, long access, boolean write) {}

    private record Case(int window, long refresh, long seed, int accesses, int pages) {}

    @TempDir Path directory;

    @Test
    void theFilterKeepsItsRule() throws IOException, InterruptedException {
        Compiled.assumeCompiler();
        Path harness = Compiled.program("filter_harness.c", directory);
        List<Case> cases =
                List.of(
                        new Case(256, 65_536, 11, 400_000, 3000),
                        new Case(256, 300, 12, 200_000, 500),
                        new Case(1, 65_536, 13, 100_000, 50),
                        new Case(7, 40, 14, 200_000, 9),
                        new Case(4096, 1_000_000, 15, 400_000, 100_000));
        for (Case each : cases) {
            Collected seen = new Collected();
            Totals totals = run(harness, each, seen);
            List<Collected.Access> expected = model(each).accesses;

            assertThat(seen.accesses).as("%s", each).hasSameSizeAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                Collected.Access one = seen.accesses.get(i);
                assertThat(one.page())
                        .as("%s, record %d", each, i)
                        .isEqualTo(expected.get(i).page());
                assertThat(one.write()).isEqualTo(expected.get(i).write());
                assertThat(one.cpu()).isEqualTo(expected.get(i).cpu());
            }
            assertThat(totals.accesses()).isEqualTo(totals.data());
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> new Filter(0, 1, true))
                .isInstanceOf(BadInput.class)
                .hasMessage("--window: 0 is out of range; give 1 to 16777216");
        assertThatThrownBy(() -> new Filter(1, 0, true)).hasMessageStartingWith("--refresh: 0");
    }

    private Totals run(Path harness, Case of, Collected into)
            throws IOException, InterruptedException {
        Path socket = directory.resolve("socket");
        Files.deleteIfExists(socket);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Process process =
                    Compiled.process(
                                    harness,
                                    socket,
                                    of.window,
                                    of.refresh,
                                    of.seed,
                                    of.accesses,
                                    of.pages)
                            .start();
            Totals totals = Totals.NONE;
            try (SocketChannel channel = server.accept()) {
                PluginStream stream = new PluginStream(channel);
                stream.greeting();
                while (stream.next()) {
                    stream.to(into, 0);
                    totals = stream.totals();
                }
            }
            assertThat(process.waitFor()).isZero();
            return totals;
        }
    }

    /// What `filter_harness.c` does, and the rule of `pagetrace.c`'s first lines.
    private static Collected model(Case of) {
        Collected kept = new Collected();
        Map<Long, Emitted> last = new HashMap<>();
        long x = of.seed;
        long seen = 0;
        for (int n = 0; n < of.accesses; n++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
            int most = x >>> 60 != 0 ? of.pages / 16 + 1 : of.pages;
            long page = Long.remainderUnsigned(x >>> 8, most);
            boolean write = (x >>> 4 & 7) == 0;
            long again = (x & 0xff0) + 7 >> 12;
            kept.cpu(x >>> 40 & 3);
            for (long part = page; part <= page + again; part++) {
                seen++;
                Emitted before = last.get(part);
                boolean dropped =
                        before != null
                                && kept.accesses.size() - before.record < of.window
                                && seen - before.access < of.refresh
                                && (!write || before.write);
                if (!dropped) {
                    last.put(part, new Emitted(kept.accesses.size(), seen, write));
                    kept.access(part, write);
                }
            }
        }
        return kept;
    }
}
