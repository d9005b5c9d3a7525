package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.ReplayRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ReplayCommandTest {

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void bundledTraces() throws IOException {
        session = new Session(directory);
        SmallTrace.write(directory.resolve("traces/small.u32"), 0, 1, 2, 1);
        SmallTrace.write(directory.resolve("traces/other.u32"), 5);
    }

    @Test
    void defaultsAreTheContracts() {
        assertThat(session.run("replay", "small", "--memory", "67%")).isZero();

        ReplayRequest request = session.replays.getFirst();
        assertThat(request.trace().name()).isEqualTo("small");
        assertThat(request.memoryPages()).isEqualTo(2);
        assertThat(request.lru()).isEqualTo(Lru.MGLRU);
        assertThat(request.lruGen()).isEqualTo(new LruGenChoice(7));
        assertThat(request.kernel()).isEqualTo(Kernel.V6_12);
        assertThat(request.through()).isEqualTo(Through.HOST);
        assertThat(request.aging()).isEqualTo(AgingChoice.LOCKED);
        assertThat(request.backing()).isEqualTo(Backing.ANON);
        assertThat(request.swap()).isEqualTo(SwapDeviceChoice.ZRAM);
        assertThat(request.swapPages()).isEqualTo(1 << 19);
        assertThat(request.pageCluster()).isZero();
        assertThat(request.swappiness()).isEqualTo(60);
        assertThat(request.ageEvery()).isZero();
        assertThat(request.engine()).isEqualTo(EngineChoice.VIRTUAL);
        assertThat(request.seed()).isEqualTo(1);
        assertThat(directory.resolve("results")).doesNotExist();
    }

    @Test
    void swapMayBeSmallOrNone() {
        int code =
                session.run(
                        "replay small --memory 1p --swap ssd --swap-size 64M --swappiness 10"
                                .split(" "));
        assertThat(code).as(session.err()).isZero();
        assertThat(session.replays.getFirst().swapPages()).isEqualTo(16_384);
        assertThat(session.replays.getFirst().swappiness()).isEqualTo(10);
        assertThat(session.run("replay", "small", "--memory", "1p", "--swap", "none")).isZero();
        assertThat(session.replays.getLast().swapPages()).isZero();
    }

    @Test
    void pagesOfATraceAreFoldedIntoThoseOfTheHost() throws IOException {
        SmallTrace.write(directory.resolve("traces/wide.u32"), 0, 1, 2, 3, 4, 5, 100, 64, 80);
        String line = "replay wide --memory 50% --arch arm64 --page-size 16KiB,64KiB";
        assertThat(session.run(line.replace(",64KiB", "").split(" "))).as(session.err()).isZero();
        ReplayRequest request = session.replays.getLast();
        assertThat(request.pageSize()).isEqualTo(PageSizeChoice.KIB_16);
        assertThat(request.trace().accesses()).containsExactly(0, 0, 0, 0, 1, 1, 25, 16, 20);
        assertThat(request.memoryPages()).as("half of five").isEqualTo(2);
        assertThat(request.swapPages()).as("2 GiB").isEqualTo(1 << 17);
        assertThat(session.run(line.replace("16KiB,", "").replace("50%", "32p").split(" ")))
                .isZero();
        assertThat(session.replays.getLast().trace().distinctPages()).isEqualTo(4);
        assertThat(session.replays.getLast().memoryPages())
                .as("p is 4 KiB, whatever a page is")
                .isEqualTo(2);
    }

    @Test
    void formsOfASecondStageAreArm64sAndGuests() {
        String guest = "replay small --memory 1p --through kvm --arch arm64 ";
        assertThat(session.run((guest + "--protected").split(" "))).as(session.err()).isZero();
        assertThat(session.replays.getLast().stage2Kind()).isEqualTo(Stage2Choice.PROTECTED);
        assertThat(session.run((guest + "--hardware-af ac03-cpu-38").split(" "))).isZero();
        assertThat(session.replays.getLast().stage2Kind()).isEqualTo(Stage2Choice.AC03_CPU_38);
        assertThat(session.replays.getLast().hardwareAccessed()).isTrue();
        assertThat(session.run((guest + "--aging v1-as-posted,v3-as-posted").split(" "))).isZero();
        assertThat(session.replays.getLast().stage2Kind()).isEqualTo(Stage2Choice.PLAIN);
    }

    @Test
    void everyOptionReachesTheRequest() {
        int code =
                session.run(
                        ("replay small --memory 16384p --lru mglru --kernel 6.18 --through kvm"
                                        + " --backing memfd --swap disk --page-cluster 2 --lru-gen 0x3"
                                        + " --age-every 2048 --aging two-bitmaps --engine threads --seed -7"
                                        + " -q")
                                .split(" "));

        assertThat(code).as(session.err()).isZero();
        ReplayRequest request = session.replays.getFirst();
        assertThat(request.memoryPages()).isEqualTo(16_384);
        assertThat(request.kernel()).isEqualTo(Kernel.V6_18);
        assertThat(request.through()).isEqualTo(Through.KVM);
        assertThat(request.backing()).isEqualTo(Backing.MEMFD);
        assertThat(request.swap()).isEqualTo(SwapDeviceChoice.DISK);
        assertThat(request.pageCluster()).isEqualTo(2);
        assertThat(request.lruGen().bits()).isEqualTo(3);
        assertThat(request.ageEvery()).isEqualTo(2048);
        assertThat(request.aging()).isEqualTo(AgingChoice.TWO_BITMAPS);
        assertThat(request.engine()).isEqualTo(EngineChoice.THREADS);
        assertThat(request.seed()).isEqualTo(-7);
        assertThat(session.err()).isEmpty();
    }

    @Test
    void hugePagesAreForAnonymousMemory() {
        session.run("replay", "small", "--memory", "1p");
        session.run("replay", "small", "--memory", "1p", "--thp", "always");
        assertThat(session.replays.getFirst().thp()).isEqualTo(Thp.NEVER);
        assertThat(session.replays.getLast().thp()).isEqualTo(Thp.ALWAYS);
    }

    @Test
    void theBitOfTheSeriesIsOnUnlessSwitchedOff() {
        String line = "replay small --memory 1p --through kvm --aging v3";
        session.run(line.split(" "));
        session.run((line + " --lru-gen 0x7").split(" "));
        session.run("replay small --memory 1p --lru-gen 0xf".split(" "));

        assertThat(session.replays.stream().map(ReplayRequest::lruGen))
                .containsExactly(new LruGenChoice(15), new LruGenChoice(7), new LruGenChoice(7));
    }

    @Test
    void classicHasNoGenerations() {
        session.run("replay", "small", "--memory", "1p", "--lru", "classic", "--kernel", "6.1");
        assertThat(session.replays.getFirst().lruGen()).isEqualTo(LruGenChoice.NONE);
        assertThat(session.replays.getFirst().aging()).isEqualTo(AgingChoice.LOCKED_FLUSH);
    }

    @Test
    void jsonIsOneDocumentAndNothingElse() {
        session.run("replay", "small", "--memory", "2p", "--json");

        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("trace").stringValue()).isEqualTo("small");
        assertThat(json.get("accesses").intValue()).isEqualTo(4);
        assertThat(json.get("distinctPages").intValue()).isEqualTo(3);
        assertThat(json.get("memoryPages").intValue()).isEqualTo(2);
        assertThat(json.get("vmstat").get("pgmajfault").intValue()).isEqualTo(42);
        assertThat(json.get("accessesPerSecond").doubleValue()).isEqualTo(8);
        assertThat(json.has("aging")).isFalse();
        assertThat(session.err()).isEmpty();
    }

    @Test
    void severalTracesAreReplayedOneByOne() {
        assertThat(session.run("replay", "small", "other", "--memory", "50%", "--json"))
                .isEqualTo(2);
        assertThat(session.err())
                .isEqualTo(
                        "gleaner: --memory 50% of other: 50% is less than one page;"
                                + " give 1p (4KiB) or more\n");

        Session second = new Session(directory);
        assertThat(second.run("replay", "small", "other", "--memory", "1p", "--json")).isZero();
        JsonNode json = JsonMapper.shared().readTree(second.out());
        JsonNode both = json.get("results");
        assertThat(both.get(0).get("trace").stringValue()).isEqualTo("small");
        assertThat(both.get(1).get("trace").stringValue()).isEqualTo("other");
    }

    @Test
    void resultsAreKeptWhereAsked() {
        Path out = directory.resolve("kept");
        assertThat(session.run("replay", "small", "--memory", "1p", "--out", out.toString()))
                .isZero();

        assertThat(out.resolve("result.json")).content().contains("\"pgmajfault\" : 42");
        assertThat(out.resolve("report.txt")).content().contains("pgmajfault");
        assertThat(session.out()).endsWith("results in " + out + "\n");

        Session second = new Session(directory);
        assertThat(second.run("replay", "small", "--memory", "1p", "--out", out.toString()))
                .isEqualTo(2);
        assertThat(second.err()).contains("is there already");
        assertThat(second.replays).isEmpty();
    }

    @Test
    void anInterruptKeepsWhatWasFinished() {
        session.onReplay = () -> session.interrupted.set(true);
        int code = session.run("replay small other --memory 1p --json --engine threads".split(" "));

        assertThat(code).isEqualTo(3);
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("complete").booleanValue()).isFalse();
        assertThat(json.get("missing").get(0).stringValue()).isEqualTo("other");
        assertThat(json.get("results").get(0).get("trace").stringValue()).isEqualTo("small");
        assertThat(session.err()).isEqualTo("gleaner: interrupted; what was finished is kept\n");
    }

    @Test
    void everyCombinationIsReplayedAndNamedByWhatDiffers() {
        String line =
                "replay small other --memory 1p,100% --kernel 6.12,6.18 --lru mglru,classic --json";
        assertThat(session.run(line.split(" "))).as(session.err()).isZero();

        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("asked").intValue()).isEqualTo(16);
        assertThat(
                        json.get("results")
                                .valueStream()
                                .map(each -> each.get("name").stringValue())
                                .toList())
                .hasSize(16)
                .startsWith(
                        "small 4KiB 6.12 mglru",
                        "small 4KiB 6.12 classic",
                        "small 4KiB 6.18 mglru",
                        "small 4KiB 6.18 classic",
                        "small 100% 6.12 mglru")
                .endsWith("other 100% 6.18 classic");
        JsonNode last = json.get("results").get(7);
        assertThat(last.get("trace").stringValue()).isEqualTo("small");
        assertThat(last.get("memoryPages").intValue()).isEqualTo(3);
        assertThat(last.get("kernel").stringValue()).isEqualTo("6.18");
        assertThat(last.get("lruGen").stringValue()).isEqualTo("0x0");
        // A page is all that the other has: 1p and 100% are one replay.
        assertThat(session.replays).hasSize(12);
    }

    @Test
    void agingDesignsAndWaysAreComparedToo() {
        session.run("replay small --memory 1p --through kvm --aging locked,merged".split(" "));
        session.run("replay small --memory 1p --through host,kvm --json".split(" "));

        assertThat(session.replays.subList(0, 2).stream().map(ReplayRequest::aging))
                .containsExactlyInAnyOrder(AgingChoice.LOCKED, AgingChoice.MERGED);
        assertThat(session.replays.subList(2, 4).stream().map(ReplayRequest::through))
                .containsExactlyInAnyOrder(Through.HOST, Through.KVM);
    }

    @Test
    void severalSeedsComeToOneResultWithTheFieldsOfOne() {
        String line = "replay small --memory 1p --json";
        session.run(line.split(" "));
        JsonNode one = JsonMapper.shared().readTree(session.out());
        Session second = new Session(directory);
        second.run((line + " --seed 5 --seeds 3").split(" "));
        JsonNode three = JsonMapper.shared().readTree(second.out());

        assertThat(three.propertyNames()).containsAll(one.propertyNames());
        assertThat(three.get("asked").intValue()).isEqualTo(3);
        assertThat(three.get("seeds").toString()).isEqualTo("[5,6,7]");
        assertThat(three.get("seed").intValue()).isEqualTo(5);
        assertThat(three.get("vmstat").get("pgmajfault").intValue()).isEqualTo(47);
        assertThat(three.get("least").get("vmstat").get("pgmajfault").intValue()).isEqualTo(46);
        assertThat(three.get("most").get("vmstat").get("pgmajfault").intValue()).isEqualTo(48);
        assertThat(three.get("bySeed").get(2).get("vmstat").get("pgmajfault").intValue())
                .isEqualTo(48);
    }

    @Test
    void whatASeedLacksIsTold() {
        session.onReplay = () -> session.interrupted.set(true);
        String line = "replay small --memory 1p,2p --seeds 2 --json --engine threads";
        assertThat(session.run(line.split(" "))).isEqualTo(3);

        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("finished").intValue()).isEqualTo(1);
        assertThat(json.get("missing").toString())
                .isEqualTo("[\"small 4KiB seed 2\",\"small 8KiB seed 1\",\"small 8KiB seed 2\"]");
        assertThat(json.get("results")).hasSize(1);
        assertThat(json.get("results").get(0).get("seeds").toString()).isEqualTo("[1]");
        assertThat(json.get("results").get(0).get("bySeed")).hasSize(1);
    }

    @Test
    void aSeedThatFailsIsTold() {
        session.failures = List.of("killed");
        session.failingSeed = 2L;
        assertThat(session.run("replay", "small", "--memory", "1p", "--seeds", "3")).isEqualTo(1);
        assertThat(session.out())
                .contains("FAILED: small: seed 2: the OOM killer ended the replay at access 2\n")
                .doesNotContain("seed 1:");
    }

    @Test
    void anInterruptWithNothingFinishedSaysSo() {
        session.onReplay =
                () -> {
                    throw new Cancelled();
                };
        assertThat(session.run("replay", "small", "--memory", "1p", "--json")).isEqualTo(3);
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("complete").booleanValue()).isFalse();
        assertThat(json.get("missing").get(0).stringValue()).isEqualTo("small");
        assertThat(json.has("trace")).isFalse();
        assertThat(session.err()).isEqualTo("gleaner: interrupted; nothing was finished\n");
    }

    @Test
    void theOomKillerIsAFailure() {
        session.failures = List.of("killed");
        assertThat(session.run("replay", "small", "--memory", "1p")).isEqualTo(1);
        assertThat(session.out())
                .contains("FAILED: small: the OOM killer ended the replay at access 2");
    }

    @Test
    void aDashIsStandardInput() {
        session.in = new ByteArrayInputStream(new byte[] {1, 0, 0, 0, 2, 0, 0, 0});

        assertThat(session.run("replay", "-", "--memory", "100%")).isZero();
        assertThat(session.replays.getFirst().trace().accesses()).containsExactly(1, 2);
    }

    @Test
    void whatLooksLikeNoTraceIsReplayedOnlyIfToldTo() throws IOException {
        Path text = Files.writeString(directory.resolve("t.txt"), "page 4712 47");
        assertThat(session.run("replay", text.toString(), "--memory", "1p")).isEqualTo(2);
        assertThat(session.err())
                .contains("t.txt: is of no trace format that is known")
                .contains("its first line is 'page 4712 47'")
                .contains("--format");

        assertThat(session.run("replay", text.toString(), "--memory", "1p", "--format", "u32"))
                .isZero();
        assertThat(session.replays.getFirst().trace().accesses()).hasSize(3);
    }

    @Test
    void helpNamesEveryOption() {
        assertThat(session.run("replay", "--help")).isZero();
        List<String> options =
                List.of(
                        "--memory",
                        "--curve",
                        "--compare",
                        "--policy",
                        "--lru",
                        "--kernel",
                        "--through",
                        "--backing",
                        "--swap",
                        "--page-cluster",
                        "--lru-gen",
                        "--age-every",
                        "--aging",
                        "--engine",
                        "--seed",
                        "--seeds",
                        "--page-size",
                        "--out",
                        "--json",
                        "--quiet");
        for (String option : options) {
            assertThat(session.out()).contains(option);
        }
    }
}
