package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How far down the priorities each kernel's MGLRU goes, and what it examines and frees there,
/// beside what the tracepoints of real kernels counted on a trace of the same distribution: 8,192
/// pages for a hot set of half that, which four accesses in five go to, and a scan of three times
/// that, over and over; 500,000 accesses, three in ten of them writes.
final class KernelPrioritiesTest {
    private static final int LIMIT = 8_192;
    private static final int KERNEL = 4;
    private static final int HOT = LIMIT / 2;
    private static final int SCAN = LIMIT * 3;
    private static final int ACCESSES = 500_000;

    @ParameterizedTest
    @CsvSource({
        // kernel, major faults, priority: rounds, examined, freed
        "6.12, 115008, 12: 2530 189172 108498",
        "6.18, 81693, 12: 1890 1890 1832; 11: 1954 5862 5498; 10: 1967 13765 12717; 9: 1992 29866 26635; "
                + "8: 1992 61701 40248",
        "7.2, 86161, 12: 1444 1444 1419; 11: 1553 4659 4270; 10: 1632 11424 9873; 9: 1711 25632 20983; "
                + "8: 1756 54311 42174",
    })
    void eachKernelClimbsItsOwnWay(String kernel, long majorFaults, String table) {
        SmallHost small = SmallHost.virtual().kernel(KernelVersion.forName(kernel));
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, HOT + SCAN);
            small.host().kernelMemory().chargePages(cpu, p.memcg, KERNEL);
            SplittableRandom random = new SplittableRandom(20);
            boolean[] seen = new boolean[HOT + SCAN];
            int scan = 0;
            for (int i = 0; i < ACCESSES; i++) {
                int page = random.nextInt(5) == 0 ? HOT + scan++ % SCAN : random.nextInt(HOT);
                if (!seen[page] || random.nextInt(10) < 3) {
                    seen[page] = true;
                    p.write(cpu, page);
                } else {
                    p.read(cpu, page);
                }
            }
        });
        assertThat(small.stat(VmEvent.PGMAJFAULT))
                .isCloseTo(majorFaults, Percentage.withPercentage(4));
        ShrinkHistogram histogram = small.host().reclaim().histogram();
        for (String row : table.split("; ")) {
            String[] words = row.split("[: ]+");
            int priority = Integer.parseInt(words[0]);
            Percentage near = Percentage.withPercentage(15);
            assertThat(histogram.rounds(priority))
                    .as("rounds at %d", priority)
                    .isCloseTo(Long.parseLong(words[1]), near);
            assertThat(histogram.scanned(priority))
                    .as("examined at %d", priority)
                    .isCloseTo(Long.parseLong(words[2]), near);
            assertThat(histogram.freed(priority))
                    .as("freed at %d", priority)
                    .isCloseTo(Long.parseLong(words[3]), near);
        }
    }
}
