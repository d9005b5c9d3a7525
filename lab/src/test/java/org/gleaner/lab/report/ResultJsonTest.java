package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.Result;
import org.gleaner.lab.run.Seeded;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ResultJsonTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void aReplayHasTheFieldsOfTheContractInTheirOrder() {
        JsonNode json = read(document(1, Samples.replay("sqlite")));

        assertThat(json.propertyNames())
                .containsExactly(
                        "resultFormat",
                        "complete",
                        "asked",
                        "finished",
                        "missing",
                        "command",
                        "version",
                        "date",
                        "trace",
                        "accesses",
                        "distinctPages",
                        "tracePages",
                        "tracePageSize",
                        "memoryPages",
                        "lru",
                        "lruGen",
                        "kernel",
                        "through",
                        "backing",
                        "thp",
                        "swap",
                        "swapPages",
                        "pageCluster",
                        "swappiness",
                        "ageEvery",
                        "arch",
                        "hardwareAccessed",
                        "pageSize",
                        "engine",
                        "seed",
                        "vmstat",
                        "oomKill",
                        "replayedAccesses",
                        "machineSeconds",
                        "wallSeconds",
                        "accessesPerSecond",
                        "failures");
        assertThat(json.get("lru").stringValue()).isEqualTo("mglru");
        assertThat(json.get("lruGen").stringValue()).isEqualTo("0x7");
        assertThat(json.get("kernel").stringValue()).isEqualTo("6.12");
        assertThat(json.get("vmstat").propertyNames())
                .containsExactly("pswpin", "pgmajfault", "allocstall");
        assertThat(json.get("vmstat").get("pgmajfault").longValue()).isEqualTo(5000);
    }

    @Test
    void severalAreAListHoweverManyThereAre() {
        JsonNode json = read(document(2, Samples.replay("a")));

        assertThat(json.propertyNames().iterator().next()).isEqualTo("resultFormat");
        assertThat(json.get("results")).hasSize(1);
        assertThat(json.get("results").get(0).get("trace").stringValue()).isEqualTo("a");
        assertThat(read(document(2)).get("results")).isEmpty();
        assertThat(read(document(1)).propertyNames())
                .containsExactly(
                        "resultFormat",
                        "complete",
                        "asked",
                        "finished",
                        "missing",
                        "command",
                        "version",
                        "date");
    }

    @Test
    void severalSeedsHaveTheShapeOfOne() {
        JsonNode json =
                read(
                        document(
                                1,
                                new Seeded<>(
                                        null,
                                        3,
                                        List.of(1L, 2L, 3L),
                                        List.of(
                                                Samples.maxGuestMemory(12, 3, 11),
                                                Samples.maxGuestMemory(14, 4),
                                                Samples.maxGuestMemory(10, 5, 13)))));

        assertThat(json.get("seeds").toString()).isEqualTo("[1,2,3]");
        assertThat(json.get("scenario").get("kind").stringValue()).isEqualTo("max-guest-memory");
        JsonNode runs = json.get("runs");
        assertThat(runs.get(0).get("run2Seconds").doubleValue()).isEqualTo(12);
        assertThat(runs.get(1).get("run2Seconds").doubleValue()).isEqualTo(4);
        assertThat(runs.get(2).get("ablation").stringValue()).isEqualTo("flush-off");
        assertThat(runs.get(2).get("run2Seconds").doubleValue()).isEqualTo(12);
        assertThat(runs.get(0).get("vmstat").get("pswpin").isIntegralNumber()).isTrue();
        assertThat(json.get("least").get("runs").get(0).get("run2Seconds").doubleValue())
                .isEqualTo(10);
        assertThat(json.get("most").get("runs").get(1).get("run2Seconds").doubleValue())
                .isEqualTo(5);
        assertThat(json.get("least").has("scenario")).isFalse();
        assertThat(json.get("ratios").get(0).get("run2").doubleValue()).isEqualTo(3.5);
        assertThat(json.get("bySeed")).hasSize(3);
        assertThat(json.get("failures").get(0).stringValue())
                .isEqualTo("seed 1: run2 of after is out of its bounds");
    }

    @Test
    void whatIsMissingIsSaidFirst() {
        JsonNode json = read(document(1, Samples.maxGuestMemory()));

        assertThat(json.get("complete").booleanValue()).isFalse();
        assertThat(json.get("asked").intValue()).isEqualTo(12);
        assertThat(json.get("finished").intValue()).isEqualTo(11);
        assertThat(json.get("missing").get(0).stringValue()).isEqualTo("off");
        assertThat(json.get("command").stringValue()).isEqualTo("gleaner run --set 'a=[b c]'");
        assertThat(json.get("date").stringValue()).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(json.has("completeness")).isFalse();
    }

    @Test
    void aScenarioTellsWhatWasRun() {
        JsonNode json = read(document(1, Samples.maxGuestMemory()));

        assertThat(json.get("scenario").get("kind").stringValue()).isEqualTo("max-guest-memory");
        JsonNode host = json.get("scenario").get("host");
        assertThat(host.get("memory").stringValue()).isEqualTo("256GiB");
        assertThat(host.get("watermarks").get("minFree").stringValue()).isEqualTo("auto");
        assertThat(json.get("scale").stringValue()).isEqualTo("1/64");
        assertThat(json.get("runs").get(0).has("ablation")).isFalse();
        assertThat(json.get("runs").get(2).get("ablation").stringValue()).isEqualTo("flush-off");
        assertThat(json.get("runs").get(0).get("kswapd").get("children").get(0).get("name"))
                .hasToString("\"shrink_node\"");
        assertThat(json.get("ratios").get(0).get("run2").doubleValue()).isEqualTo(4);
        assertThat(json.get("ratios")).hasSize(1);
    }

    @Test
    void theOtherKindsAreWrittenToo() {
        JsonNode tracking = read(document(1, Samples.accessTracking()));
        JsonNode phases = tracking.get("runs").get(0).get("phases");
        assertThat(phases.get(0).has("young")).isFalse();
        assertThat(phases.get(1).get("young").get("youngPages").longValue()).isEqualTo(262_000);

        JsonNode stress = read(document(1, Samples.mmuStress()));
        assertThat(stress.get("failures").get(0).stringValue()).isEqualTo("1 lost write");

        JsonNode neighbours = read(document(1, Samples.neighbours()));
        JsonNode cold = neighbours.get("runs").get(0).get("guests").get(1);
        assertThat(cold.get("killed").booleanValue()).isTrue();
        assertThat(cold.get("memoryEvents").get("oom_kill").longValue()).isOne();
        assertThat(cold.get("residentPages").get(1).longValue()).isZero();
        JsonNode scenario = neighbours.get("scenario").get("guests").get(0);
        assertThat(scenario.get("max").stringValue()).isEqualTo("max");
        assertThat(scenario.get("low").stringValue()).isEqualTo("0");
    }

    private static String document(int asked, Result... results) {
        Provenance from =
                Provenance.of(List.of("run", "--set", "a=[b c]"), "gleaner 1", Instant.EPOCH);
        return ResultJson.document(
                new Completeness(12, 11, List.of("off")), from, asked, List.of(results), Map.of());
    }

    private static JsonNode read(String document) {
        return JSON.readTree(document);
    }
}
