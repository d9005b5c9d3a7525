package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ResultJsonTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void aReplayHasTheFieldsOfTheContractInTheirOrder() {
        JsonNode json = read(ResultJson.document(List.of(Samples.replay("sqlite"))));

        assertThat(json.propertyNames())
                .containsExactly(
                        "trace",
                        "accesses",
                        "distinctPages",
                        "memoryPages",
                        "lru",
                        "lruGen",
                        "kernel",
                        "through",
                        "backing",
                        "thp",
                        "swap",
                        "pageCluster",
                        "ageEvery",
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
    void severalReplaysAreOneArray() {
        JsonNode json =
                read(ResultJson.document(List.of(Samples.replay("a"), Samples.replay("b"))));

        assertThat(json.isArray()).isTrue();
        assertThat(json.get(1).get("trace").stringValue()).isEqualTo("b");
    }

    @Test
    void aScenarioTellsWhatWasRun() {
        JsonNode json = read(ResultJson.document(List.of(Samples.maxGuestMemory())));

        assertThat(json.get("scenario").get("kind").stringValue()).isEqualTo("max-guest-memory");
        JsonNode host = json.get("scenario").get("host");
        assertThat(host.get("memory").stringValue()).isEqualTo("256GiB");
        assertThat(host.get("watermarks").get("minFree").stringValue()).isEqualTo("auto");
        assertThat(json.get("scale").stringValue()).isEqualTo("1/64");
        assertThat(json.get("complete").booleanValue()).isFalse();
        assertThat(json.get("runs").get(0).has("ablation")).isFalse();
        assertThat(json.get("runs").get(2).get("ablation").stringValue()).isEqualTo("flush-off");
        assertThat(json.get("runs").get(0).get("kswapd").get("children").get(0).get("name"))
                .hasToString("\"shrink_node\"");
        assertThat(json.get("ratios").get(0).get("run2").doubleValue()).isEqualTo(4);
        assertThat(json.get("ratios")).hasSize(1);
    }

    @Test
    void theOtherKindsAreWrittenToo() {
        JsonNode tracking = read(ResultJson.document(List.of(Samples.accessTracking())));
        JsonNode phases = tracking.get("runs").get(0).get("phases");
        assertThat(phases.get(0).has("young")).isFalse();
        assertThat(phases.get(1).get("young").get("youngPages").longValue()).isEqualTo(262_000);

        JsonNode stress = read(ResultJson.document(List.of(Samples.mmuStress())));
        assertThat(stress.get("failures").get(0).stringValue()).isEqualTo("1 lost write");

        JsonNode neighbours = read(ResultJson.document(List.of(Samples.neighbours())));
        JsonNode cold = neighbours.get("runs").get(0).get("guests").get(1);
        assertThat(cold.get("killed").booleanValue()).isTrue();
        assertThat(cold.get("memoryEvents").get("oom_kill").longValue()).isOne();
        assertThat(cold.get("residentPages").get(1).longValue()).isZero();
        JsonNode scenario = neighbours.get("scenario").get("guests").get(0);
        assertThat(scenario.get("max").stringValue()).isEqualTo("max");
        assertThat(scenario.get("low").stringValue()).isEqualTo("0");
    }

    private static JsonNode read(String document) {
        return JSON.readTree(document);
    }
}
