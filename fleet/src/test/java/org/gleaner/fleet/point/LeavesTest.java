package org.gleaner.fleet.point;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class LeavesTest {

    private static Leaves of(String json) {
        return Leaves.of(new JsonMapper().readTree(json));
    }

    @Test
    void aNumberThatStandsOnceIsAFigureByItsPath() {
        Leaves leaves = of("{'memoryPages': 7, 'vmstat': {'pgmajfault': 3}}".replace('\'', '"'));
        assertThat(leaves.figures())
                .isEqualTo(Map.of("memoryPages", 7.0, "vmstat.pgmajfault", 3.0));
        assertThat(leaves.curves()).isEmpty();
    }

    @Test
    void theOnlyRunIsNotInThePathAndGuestsAreByTheirNames() {
        String json =
                "{'runs': [{'configuration': {'name': 'mglru'}, 'seconds': 2, 'samples': [1, 2],"
                        + " 'guests': [{'name': 'hot', 'accesses': 5}, {'name': 'cold', 'accesses': 0}]}]}";
        Leaves leaves = of(json.replace('\'', '"'));
        assertThat(leaves.figures())
                .isEqualTo(
                        Map.of(
                                "seconds",
                                2.0,
                                "guests.hot.accesses",
                                5.0,
                                "guests.cold.accesses",
                                0.0));
        assertThat(leaves.curves()).isEqualTo(Map.of("samples", List.of(1.0, 2.0)));
    }

    @Test
    void resultsSideBySideAreCurves() {
        String json =
                "{'results': [{'name': 'a', 'memoryPages': 9}, {'name': 'b', 'memoryPages': 5}]}";
        assertThat(of(json.replace('\'', '"')).curves())
                .isEqualTo(Map.of("memoryPages", List.of(9.0, 5.0)));
    }

    @Test
    void whatDiffersFromRunToRunIsNoFigure() {
        String json = "{'wallSeconds': 1.5, 'accessesPerSecond': 2e6, 'seed': 1, 'asked': 1}";
        assertThat(of(json.replace('\'', '"')).figures()).isEmpty();
    }
}
