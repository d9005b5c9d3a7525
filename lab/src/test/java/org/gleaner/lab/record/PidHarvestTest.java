package org.gleaner.lab.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.choice.AccessInterface;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Records a live process whose hot and cold half are known (`halves.c`).
final class PidHarvestTest {

    private static final int PAGES = 4096;
    private static final int HOT = 2048;
    private static final long EVERY = 200_000_000;

    @TempDir static Path directory;

    private static Path halves = Path.of("");

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        Compiled.assumeCompiler();
        assumeTrue(Files.exists(Path.of("/proc/self/clear_refs")), "no /proc/PID/clear_refs");
        halves = Compiled.program("halves.c", directory);
    }

    @Test
    void whereAreasAreSmallTheHotHalfIsFoundExactly() throws IOException {
        try (Live live = new Live("split")) {
            Collected seen = new Collected();
            PidHarvest.Harvested harvested = live.harvest(seen, 1_000_000_000);

            assertThat(harvested.intervals()).isBetween(1, 5);
            assertThat(live.found(seen)).isEqualTo(pages(page -> page < HOT));
            assertThat(live.touches(seen)).hasSize(harvested.intervals() * HOT);
            assertThat(harvested.known()).isLessThanOrEqualTo(harvested.accesses());
            assertThat(harvested.areas()).isGreaterThan(PAGES / 64);
        }
    }

    @Test
    void whereAllIsOneAreaAllOfItIsTakenToBeHot() throws IOException {
        try (Live live = new Live("whole")) {
            Collected seen = new Collected();
            PidHarvest.Harvested harvested = live.harvest(seen, 400_000_000);

            assertThat(live.found(seen)).isEqualTo(pages(_ -> true));
            assertThat(harvested.largest()).isGreaterThanOrEqualTo(PAGES);
            // What the kernel counts tells how much of it that is.
            assertThat((double) harvested.known() / harvested.accesses()).isBetween(0.4, 0.75);
        }
    }

    @Test
    void whatItsPagesWereWrittenToIsFoundExactlyWhereItIsTracked() throws IOException {
        try (Live live = new Live("watch")) {
            assumeTrue(live.first != 0, "no asynchronous write protection in this kernel");
            Collected seen = new Collected();
            PidHarvest.Harvested harvested = live.harvest(seen, 600_000_000);

            assertThat(harvested.writes()).startsWith("PAGEMAP_SCAN, one page, for the 4,096");
            assertThat(
                            Collected.pages(
                                    live.touches(seen).stream()
                                            .filter(Collected.Access::write)
                                            .toList()))
                    .isEqualTo(live.numbered(pages(page -> page < HOT && page % 4 == 0)));
        }
    }

    @Test
    void softDirtyBitsAreUsedOnlyWhereTheyAreThere() throws IOException {
        try (Live live = new Live("split")) {
            Collected seen = new Collected();
            PidHarvest.Harvested harvested = live.harvest(seen, 400_000_000);

            Set<Long> written =
                    Collected.pages(
                            live.touches(seen).stream().filter(Collected.Access::write).toList());
            if (WriteTracking.SoftDirty.works()) {
                assertThat(harvested.writes()).isEqualTo("soft-dirty bits, one page");
                assertThat(written)
                        .isEqualTo(live.numbered(pages(page -> page < HOT && page % 4 == 0)));
            } else {
                assertThat(harvested.writes()).startsWith("not known: ");
                assertThat(written).isEmpty();
            }
        }
    }

    @Test
    void aProcessThatEndsLeavesWhatWasSeen() throws IOException {
        try (Live live = new Live("split")) {
            Collected seen = new Collected();
            Thread.ofVirtual()
                    .start(() -> {
                        while (seen.accesses.isEmpty()) {
                            Thread.onSpinWait();
                        }
                        live.process.destroyForcibly();
                    });
            PidHarvest.Harvested harvested = live.harvest(seen, 20_000_000_000L);

            assertThat(harvested.ended()).isTrue();
            assertThat(harvested.intervals()).isPositive();
        }
    }

    @Test
    void nothingComesOfStoppingItAtOnce() throws IOException {
        try (Live live = new Live("split")) {
            PidHarvest harvest =
                    new PidHarvest(
                            Target.of(live.process.pid()), EVERY, 1_000_000_000, () -> true, null);
            assertThatThrownBy(() -> harvest.run(new Collected())).isInstanceOf(Cancelled.class);
        }
    }

    @Test
    void whatIsNotThereIsRefused() {
        assertThatThrownBy(() -> Target.of(0))
                .isInstanceOf(BadInput.class)
                .hasMessage("--pid 0: no such process; see 'ps -e' for those there are");
        assertThatThrownBy(() -> Target.of(1L << 40)).hasMessageContaining("no such process");
    }

    private static Set<Long> pages(LongPredicate which) {
        return LongStream.range(0, PAGES).filter(which).boxed().collect(Collectors.toSet());
    }

    /// The process, which ends with this.
    private static final class Live implements AutoCloseable {
        final Process process;
        final long first;

        Live(String how) throws IOException {
            process = Compiled.process(halves, how).start();
            BufferedReader said = process.inputReader();
            first = Long.parseLong(said.readLine());
        }

        PidHarvest.Harvested harvest(Collected into, long nanos) {
            return new PidHarvest(
                            Target.of(process.pid()),
                            EVERY,
                            nanos,
                            () -> false,
                            AccessInterface.SMAPS)
                    .run(into);
        }

        List<Collected.Access> touches(Collected seen) {
            return seen.within(first, first + PAGES);
        }

        /// Numbered from its first page.
        Set<Long> found(Collected seen) {
            return Collected.pages(touches(seen)).stream()
                    .map(page -> page - first)
                    .collect(Collectors.toSet());
        }

        Set<Long> numbered(Set<Long> pages) {
            return pages.stream().map(page -> page + first).collect(Collectors.toSet());
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
