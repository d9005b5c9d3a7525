package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.run.ReplayRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Several sizes as a curve, several kernels or LRUs as a comparison, and policies beside them.
final class ReplayCurveTest {

    private static final int PAGES = 1500;

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void traces() throws IOException {
        session = new Session(directory);
        SmallTrace.write(directory.resolve("traces/small.u32"), 0, 1, 2, 1);
        SmallTrace.write(directory.resolve("traces/hot.u32"), hotAndCold());
    }

    @Test
    void aCurveHasAReplayForEachSizeAndOneWithoutLimit() {
        assertThat(session.run("replay", "small", "--curve", "100%,67%")).isZero();
        assertThat(session.replays.stream().map(ReplayRequest::memoryPages).sorted())
                .startsWith(2L, 3L)
                .hasSize(3);
    }

    @Test
    void sizesThatNobodyNamedAreTenOrAsManyAsThereArePagesFor() {
        JsonNode ten = json("replay", "hot", "--curve", "--json").get("curve").get(0);
        assertThat(ten.get("points").valueStream().map(each -> each.get("memory").stringValue()))
                .hasSize(10)
                .startsWith("100%", "90%")
                .endsWith("10%");
        JsonNode few = json("replay", "--curve", "small", "--json").get("curve").get(0);
        assertThat(few.get("points").valueStream().map(each -> each.get("memoryPages").intValue()))
                .containsExactly(3, 2, 2, 2, 1, 1, 1);
    }

    @Test
    void aTraceMayFollowTheOption() {
        assertThat(session.run("replay", "--curve=67%", "small")).isZero();
        assertThat(session.run("replay", "--curve", "small")).isZero();
        assertThat(session.run("replay", "--curve", "2p,67%", "small")).isZero();
    }

    @Test
    void thePointsOfACurveAreSingleReplaysToTheBit() {
        String options = " --lru mglru,classic --policy lru,opt --json -q";
        JsonNode curve = real("replay hot --curve 80%,40%,10%" + options);
        for (JsonNode point : curve.get("results").values()) {
            String size = point.get("memoryPages").intValue() + "p";
            String lru = point.get("lru").stringValue();
            JsonNode single =
                    real(
                            "replay hot --policy lru,opt --json -q --memory "
                                    + size
                                    + " --lru "
                                    + lru);
            assertThat(comparable(point)).isEqualTo(comparable(single));
        }
        assertThat(curve.get("results")).hasSize(6);
        assertThat(curve.get("curve").valueStream().map(each -> each.get("name").stringValue()))
                .containsExactly("hot mglru", "hot classic");
        JsonNode least = curve.get("curve").get(0).get("points").get(2);
        assertThat(least.get("pgmajfault").intValue()).isPositive();
        assertThat(least.get("refaults").intValue()).isPositive();
        assertThat(least.get("stallSeconds").doubleValue())
                .isPositive()
                .isLessThan(least.get("machineSeconds").doubleValue());
        assertThat(least.get("misses").get("opt").intValue())
                .isLessThan(least.get("misses").get("lru").intValue());
    }

    /// It did less than the replay without a limit, and so took less.
    @Test
    void aReplayThatWasKilledHasNoStall() {
        Session own = new Session(directory);
        own.standardExecutors = true;
        assertThat(own.run("replay", "hot", "--curve=10p,100p", "--swap=none", "--json"))
                .isEqualTo(1);
        JsonNode points = JsonMapper.shared().readTree(own.out()).get("curve").get(0).get("points");
        assertThat(points).hasSize(2).noneMatch(point -> point.has("stallSeconds"));
    }

    @Test
    void aCurveIsDrawnTabledAndKept() throws IOException {
        session.standardExecutors = true;
        Path out = directory.resolve("kept");
        String line = "replay hot --curve 80%,10% --lru mglru,classic --policy 2q -q --out " + out;
        assertThat(session.run(line.split(" "))).isZero();
        assertThat(session.out())
                .contains("\npgmajfault from 80% to 10% of memory; a full bar is ")
                .containsPattern("\nhot mglru    [▁▂▃▄▅▆▇█]{2}\n")
                .containsPattern("\nhot classic  [▁▂▃▄▅▆▇█]{2}\n")
                .contains("memory pages  pgmajfault  refaults  task s  stall s  2q misses\n")
                .contains("\n1,200 (80%)  ");
        List<String> csv = Files.readAllLines(out.resolve("curve.csv"));
        assertThat(csv).hasSize(5);
        assertThat(csv.getFirst()).startsWith("trace,kernel,lru,").endsWith(",misses_2q");
        assertThat(csv.get(1)).startsWith("hot,6.12,mglru,host,,1,80%,1200,1500,40000,");
        assertThat(csv).allMatch(each -> each.split(",", -1).length == 19);
    }

    @Test
    void aComparisonTellsTheDifferenceFirst() {
        JsonNode json = json("replay small --memory 1p --compare 6.1,7.2 --json".split(" "));
        JsonNode difference = json.get("differences").get(0);
        assertThat(difference.get("first").stringValue()).isEqualTo("6.1");
        assertThat(difference.get("least")).hasSize(2);
        assertThat(difference.get("pgmajfault").get("7.2").intValue()).isEqualTo(42);
        assertThat(difference.get("toFirst").get("7.2").doubleValue()).isEqualTo(1);
        assertThat(session.replays.stream().map(ReplayRequest::kernel))
                .containsExactlyInAnyOrder(Kernel.V6_1, Kernel.V7_2);

        Session text = new Session(directory);
        text.run("replay small --memory 1p --compare mglru,classic".split(" "));
        assertThat(text.out().lines().skip(1))
                .startsWith("small at 1 page: no difference, 42 major faults each");
        assertThat(text.replays.stream().map(ReplayRequest::lru))
                .containsExactlyInAnyOrder(Lru.MGLRU, Lru.CLASSIC);
    }

    @Test
    void aComparisonIsOfHalfTheMemoryUnlessToldOtherwise() {
        assertThat(session.run("replay", "hot", "--compare", "mglru,classic")).isZero();
        assertThat(session.replays.stream().map(ReplayRequest::memoryPages))
                .containsOnly(PAGES / 2L);
    }

    @Test
    void missesArePoliciesOwnAtEachSize() {
        JsonNode json =
                json(
                        ("replay small --memory 1p,2p,3p --json --policy "
                                        + "lru,clock,clock-ref1-on-insert,clock_insert_then_evict,opt")
                                .split(" "));
        assertThat(json.get("results").get(0).get("misses").toString())
                .isEqualTo(
                        "{\"lru\":4,\"clock\":4,\"clock_ref1_on_insert\":4,"
                                + "\"clock_insert_then_evict\":4,\"opt\":4}");
        assertThat(json.get("results").get(1).get("misses").get("lru").intValue()).isEqualTo(3);
        assertThat(json.get("results").get(2).get("misses").get("opt").intValue()).isEqualTo(3);

        Session text = new Session(directory);
        text.run("replay", "small", "--memory", "2p", "--policy", "lru,opt");
        assertThat(text.out())
                .contains("\nlru misses      3\nopt misses      3\n")
                .contains(
                        "\nmisses are exact; they count first touches, which are no major faults\n");
        assertThat(json("replay", "small", "--memory", "2p", "--json").has("misses")).isFalse();
    }

    private JsonNode json(String... arguments) {
        Session own = new Session(directory);
        assertThat(own.run(arguments)).as(own.err()).isZero();
        session.replays.addAll(own.replays);
        return JsonMapper.shared().readTree(own.out());
    }

    private JsonNode real(String line) {
        Session own = new Session(directory);
        own.standardExecutors = true;
        assertThat(own.run(line.split(" "))).as(own.err()).isZero();
        return JsonMapper.shared().readTree(own.out());
    }

    /// A replay without its name among others and what this machine makes of it.
    private static JsonNode comparable(JsonNode replay) {
        ObjectNode copy = ((ObjectNode) replay).deepCopy();
        copy.remove(
                List.of(
                        "resultFormat",
                        "complete",
                        "asked",
                        "finished",
                        "missing",
                        "command",
                        "version",
                        "date",
                        "name",
                        "stallSeconds",
                        "wallSeconds",
                        "accessesPerSecond"));
        return copy;
    }

    private static int[] hotAndCold() {
        SplittableRandom random = new SplittableRandom(5);
        int[] words = new int[40_000];
        for (int i = 0; i < words.length; i++) {
            int page = random.nextInt(i % 4 == 0 ? PAGES : PAGES / 8);
            words[i] = i < PAGES ? i : page | random.nextInt(2) << 31;
        }
        return words;
    }
}
