package org.gleaner.lab.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Misses that other simulators count on public traces, in a table named by
/// `-Dgleaner.peers=FILE.csv`; the traces are those of its names under `-Dgleaner.samples=DIR`.
///
/// A row has the tool, trace, requests, distinct pages, frames, policy, misses (empty where the
/// tool prints none) and miss ratio.
@EnabledIfSystemProperty(named = "gleaner.peers", matches = ".+")
final class PeerMissesTest {

    private static final Path PEERS = Path.of(System.getProperty("gleaner.peers", "."));
    private static final Path SAMPLES = Path.of(System.getProperty("gleaner.samples", "."));

    /// What four printed digits leave open.
    private static final double ROUNDING = 0.5e-4 + 1e-9;

    /// The traces that have to be there; others are compared if they are.
    private static final List<String> AT_HAND =
            List.of("gcc.page4k", "swim.page4k", "loop", "sprite", "multi3", "cloudPhysicsIO");

    /// What means exactly the same, by tool and name.
    private static final Map<String, PolicyChoice> ALIKE = alike();

    private record Row(
            String tool,
            long requests,
            int distinct,
            long frames,
            String policy,
            String misses,
            double ratio) {

        PolicyChoice alike() {
            return ALIKE.get(tool.split("-")[0] + " " + policy);
        }
    }

    private static Map<String, PolicyChoice> alike() {
        Map<String, PolicyChoice> alike = new HashMap<>();
        alike.put("reference lru", PolicyChoice.LRU);
        alike.put("reference fifo", PolicyChoice.FIFO);
        alike.put("reference clock_ref0_on_insert", PolicyChoice.CLOCK);
        alike.put("reference clock_ref1_on_insert", PolicyChoice.CLOCK_REF1_ON_INSERT);
        alike.put("reference clock_insert_then_evict", PolicyChoice.CLOCK_INSERT_THEN_EVICT);
        alike.put("reference opt_demand(no bypass)", PolicyChoice.OPT);
        alike.put("libCacheSim lru", PolicyChoice.LRU);
        alike.put("libCacheSim fifo", PolicyChoice.FIFO);
        alike.put("libCacheSim clock", PolicyChoice.CLOCK);
        alike.put("libCacheSim belady", PolicyChoice.OPT);
        alike.put("libCacheSim sieve", PolicyChoice.SIEVE);
        alike.put("libCacheSim arc", PolicyChoice.ARC);
        alike.put("caffeine linked.Lru", PolicyChoice.LRU);
        alike.put("caffeine linked.Fifo", PolicyChoice.FIFO);
        alike.put("caffeine linked.Clock", PolicyChoice.CLOCK_INSERT_THEN_EVICT);
        return alike;
    }

    @Test
    void missesAreThoseOfOtherSimulators() throws IOException {
        SoftAssertions all = new SoftAssertions();
        Map<String, Integer> compared = new TreeMap<>();
        for (Map.Entry<String, List<Row>> each : rows().entrySet()) {
            Path file = find(each.getKey());
            if (file != null) {
                Trace trace = TraceReader.read(file);
                each.getValue().forEach(row -> compare(each.getKey(), trace, row, all));
                compared.put(each.getKey(), each.getValue().size());
            }
        }
        assertThat(compared.keySet()).as("traces found in %s", SAMPLES).containsAll(AT_HAND);
        assertThat(compared.values()).as("rows of each").allMatch(rows -> rows >= 4 * ALIKE.size());
        all.assertAll();
    }

    private static void compare(String name, Trace trace, Row row, SoftAssertions all) {
        assertThat(trace.length()).as("accesses of %s", name).isEqualTo(row.requests);
        assertThat(trace.distinctPages()).as("pages of %s", name).isEqualTo(row.distinct);
        long misses =
                PolicyMisses.of(row.alike(), trace, List.of(row.frames), Progress.SILENT)
                        .getFirst();
        String what =
                "%s of %s with %d frames: %s".formatted(row.policy, name, row.frames, row.tool);
        if (row.misses.isEmpty()) {
            all.assertThat(misses / (double) row.requests)
                    .as(what)
                    .isCloseTo(row.ratio, within(ROUNDING));
        } else {
            all.assertThat(misses).as(what).isEqualTo(Long.parseLong(row.misses));
        }
    }

    /// The rows that mean exactly the same as a policy here, by trace.
    private static Map<String, List<Row>> rows() throws IOException {
        Map<String, List<Row>> rows = new LinkedHashMap<>();
        List<String> lines = Files.readAllLines(PEERS);
        assertThat(lines.getFirst())
                .isEqualTo("tool,trace,requests,distinct,cache_entries,policy,misses,miss_ratio");
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(",", -1);
            Row row =
                    new Row(
                            fields[0],
                            Long.parseLong(fields[2]),
                            Integer.parseInt(fields[3]),
                            Long.parseLong(fields[4]),
                            fields[5],
                            fields[6],
                            Double.parseDouble(fields[7]));
            if (row.alike() != null) {
                rows.computeIfAbsent(fields[1], _ -> new ArrayList<>()).add(row);
            }
        }
        return rows;
    }

    /// The trace that a table calls `name`; null if it is not there.
    private static Path find(String name) {
        String stem = name.replace(".page4k", "");
        List<String> candidates =
                List.of(
                        "address/" + stem + ".trace.gz",
                        "lirs/" + stem + ".trace.gz",
                        "int32be/" + stem + ".trace.xz",
                        "libcachesim/" + stem + ".oracleGeneral.bin.zst");
        return candidates.stream()
                .map(SAMPLES::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElse(null);
    }
}
