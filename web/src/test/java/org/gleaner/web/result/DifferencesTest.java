package org.gleaner.web.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class DifferencesTest {

    private static final String ONE =
            """
            {"date": "x", "wallSeconds": 1, "scenario": {"host": {"cpus": 4}},
             "runs": [{"configuration": {"name": "a", "kernel": "6.12"}, "run1Seconds": 2,
                       "vmstat": {"pgmajfault": 10, "pswpin": 0, "same": 3}}]}
            """;

    @Test
    void theLargestDifferenceComesFirst() {
        Differences found =
                compare(
                        ONE,
                        ONE.replace("Seconds\": 2", "Seconds\": 3")
                                .replace("fault\": 10", "fault\": 40")
                                .replace("pswpin\": 0", "pswpin\": 1"));
        assertThat(found.results())
                .extracting(Differences.Figure::path)
                .containsExactly(
                        "runs.a.vmstat.pswpin", "runs.a.vmstat.pgmajfault", "runs.a.run1Seconds");
        assertThat(found.results())
                .extracting(Differences.Figure::ratio)
                .containsExactly(null, 4.0, 1.5);
        assertThat(found.same()).isEqualTo(1);
        assertThat(found.settings()).isEmpty();
        assertThat(found.headline().answer())
                .containsExactly(
                        "3 of 4 figures differ; of the main ones runs.a.vmstat.pgmajfault most,"
                                + " 4.00 times.");
    }

    @Test
    void whatWasAskedIsASettingAlsoWhereItIsANumber() {
        Differences found =
                compare(ONE, ONE.replace("\"cpus\": 4", "\"cpus\": 8").replace("6.12", "6.18"));
        assertThat(found.settings())
                .extracting(Differences.Setting::path)
                .containsExactly("scenario.host.cpus", "runs.a.configuration.kernel");
        assertThat(found.results()).isEmpty();
    }

    @Test
    void whenAndWhereItRanIsNoDifference() {
        Differences found =
                compare(
                        ONE,
                        ONE.replace("\"x\"", "\"y\"")
                                .replace("\"wallSeconds\": 1", "\"wallSeconds\": 9"));
        assertThat(found.settings()).isEmpty();
        assertThat(found.results()).isEmpty();
        assertThat(found.headline().answer()).containsExactly("All 4 figures are the same.");
    }

    private static Differences compare(String first, String second) {
        Map<String, JsonNode> documents = new LinkedHashMap<>();
        documents.put("first", JsonMapper.shared().readTree(first));
        documents.put("second", JsonMapper.shared().readTree(second));
        return Differences.of(documents);
    }
}
