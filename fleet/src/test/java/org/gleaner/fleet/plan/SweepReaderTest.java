package org.gleaner.fleet.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.gleaner.lab.BadInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SweepReaderTest {

    private static final String REPLAYS =
            """
            command: replay
            fixed: {trace: zipf, through: kvm}
            vary:
              kernel: [6.1, 6.10]
              memory: {from: 90%, to: 30%, steps: 3}
            """;

    @Test
    void aGridHasEveryCombinationAndTheLastKeyGoesFastest() {
        Sweep sweep = SweepReader.of("s.yaml", REPLAYS);
        assertThat(sweep.points()).isEqualTo(6);
        assertThat(LongStream.range(0, 6).mapToObj(i -> String.join(" ", sweep.point(i).words())))
                .containsExactly(
                        "replay zipf --through kvm --kernel 6.1 --memory 90%",
                        "replay zipf --through kvm --kernel 6.1 --memory 60%",
                        "replay zipf --through kvm --kernel 6.1 --memory 30%",
                        "replay zipf --through kvm --kernel 6.10 --memory 90%",
                        "replay zipf --through kvm --kernel 6.10 --memory 60%",
                        "replay zipf --through kvm --kernel 6.10 --memory 30%");
    }

    @Test
    void whatIsNoOptionOfRunIsAKeyOfTheScenario() {
        Sweep sweep =
                SweepReader.of(
                        "s.yaml",
                        """
                        command: run
                        fixed: {scenario: neighbours, scale: 1/1024}
                        vary: {guests.0.high: [50%, max], seed: [1]}
                        """);
        assertThat(sweep.point(1).words())
                .containsExactly(
                        "run",
                        "neighbours",
                        "--scale",
                        "1/1024",
                        "--set",
                        "guests.0.high=max",
                        "--seed",
                        "1");
    }

    @Test
    void aRandomPointHangsOnItsIndexAndTheSeedAlone() {
        String random = REPLAYS + "search: random\npoints: 20\nseed: 7\n";
        Sweep one = SweepReader.of("s.yaml", random);
        Sweep two = SweepReader.of("s.yaml", random);
        Sweep other = SweepReader.of("s.yaml", random.replace("seed: 7", "seed: 8"));
        List<Point> points = LongStream.range(0, 20).mapToObj(one::point).toList();
        assertThat(points).isEqualTo(LongStream.range(0, 20).mapToObj(two::point).toList());
        assertThat(points).isNotEqualTo(LongStream.range(0, 20).mapToObj(other::point).toList());
        assertThat(points.stream().map(point -> point.values().get("kernel")).distinct())
                .containsExactlyInAnyOrder("6.1", "6.10");
        assertThat(points)
                .allSatisfy(point -> {
                    String memory = point.values().get("memory").replace("%", "");
                    assertThat(Integer.parseInt(memory)).isBetween(30, 90);
                });
    }

    @Test
    void stepsOfALogScaleAreFactors() {
        Axis axis =
                SweepReader.of(
                                "s.yaml",
                                """
                                command: replay
                                fixed: {trace: zipf}
                                vary: {memory: {from: 100p, to: 10000p, steps: 3, scale: log}}
                                """)
                        .axes()
                        .getFirst();
        assertThat(axis.value(1)).isEqualTo("1000p");
    }

    @Test
    void theHashTellsWhatMakesOtherPoints() {
        String hash = SweepReader.of("s.yaml", REPLAYS).hash();
        assertThat(SweepReader.of("t.yaml", REPLAYS + "figures: [memoryPages]\n").hash())
                .isEqualTo(hash);
        assertThat(SweepReader.of("s.yaml", REPLAYS.replace("90%", "91%")).hash())
                .isNotEqualTo(hash);
    }

    @Test
    void eachListedValueAndBothEndsAreLookedAtFirst() {
        Sweep sweep = SweepReader.of("s.yaml", REPLAYS);
        assertThat(sweep.each().stream().map(point -> String.join(" ", point.words())))
                .containsExactly(
                        "replay zipf --through kvm --kernel 6.1 --memory 90%",
                        "replay zipf --through kvm --kernel 6.10 --memory 30%");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "comand: replay|s.yaml:1:1: no such key 'comand'; did you mean 'command'?",
                "command: repaly|s.yaml:1:10: 'repaly' is not one of replay, run; did you mean 'replay'?",
                "command: replay|s.yaml: nothing varies; list values of a key under 'vary:'",
                "command: replay, vary: {memory: [50%]}|s.yaml: no 'trace' is named; name it under 'fixed:' or 'vary:'",
                "command: replay, vary: {trace: []}|s.yaml:1:33: an empty list makes no point; list one value or more",
                "command: replay, vary: {trace: [a, a]}|s.yaml:1:37: 'a' is there twice; give each once",
                "command: replay, vary: {trace: [a], out: [b]}|s.yaml:1:38: 'out' is none of a point's; leave it out; a row of the table has all that is known",
                "command: replay, vary: {trace: [a]}, search: bayes, points: 3|s.yaml: search: bayes needs 'minimise'; give it",
                "command: replay, vary: {trace: [a]}, points: 3|s.yaml:1:47: search: grid has no 'points'; leave it out",
                "command: replay, vary: {trace: [a], memory: {from: 10%, to: 5p}}|s.yaml:1:46: 'from' and 'to' have different units; give both in one",
            })
    void whatIsNoSweepIsOneLine(String text, String line) {
        String yaml = text.contains(", vary") ? "{" + text + "}" : text;
        assertThatThrownBy(() -> SweepReader.of("s.yaml", yaml))
                .isInstanceOf(BadInput.class)
                .hasMessage(line);
    }
}
