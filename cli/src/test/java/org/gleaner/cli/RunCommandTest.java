package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.AccessTracking;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.MmuStress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class RunCommandTest {

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void fresh() {
        session = new Session(directory);
    }

    @Test
    void theDefaultIsMaxGuestMemoryAtItsOwnScale() {
        assertThat(session.run("run")).isZero();

        ScenarioRequest<?> request = session.scenarios.getFirst();
        assertThat(request.scenario()).isInstanceOf(MaxGuestMemory.class);
        assertThat(request.scenario().hostPages()).isEqualTo(1L << 18);
        assertThat(request.engine()).isEqualTo(EngineChoice.VIRTUAL);
        assertThat(request.ablate()).isFalse();
        Path kept = directory.resolve("results/max-guest-memory-1-256-s1").toAbsolutePath();
        assertThat(session.out())
                .startsWith("complete: 3 of 3 configurations\nmax-guest-memory: ")
                .endsWith("results in " + kept + "\n");
        assertThat(kept.resolve("report.txt")).exists();
    }

    @Test
    void whatSaysNoScaleIsRunAtTheUsualOne() throws IOException {
        Path file = Files.writeString(directory.resolve("mine.yaml"), "kind: max-guest-memory\n");
        session.run("run", file.toString());
        session.run("run", "neighbours");

        assertThat(session.scenarios)
                .extracting(each -> each.scale().toString())
                .containsExactly("1/64", "1/64");
    }

    @Test
    void optionsReachTheRequest() throws IOException {
        Path file = Files.writeString(directory.resolve("mine.yaml"), "name: mine\nseed: 3\n");
        int code =
                session.run(
                        "run",
                        file.toString(),
                        "--scale",
                        "1/64",
                        "--set",
                        "host.cpus=128",
                        "--set=guest.vcpus=100",
                        "--ablate",
                        "--engine=threads",
                        "--seed",
                        "9");

        assertThat(code).as(session.err()).isZero();
        ScenarioRequest<?> request = session.scenarios.getFirst();
        assertThat(request.scenario().host().cpus()).isEqualTo(128);
        assertThat(request.scenario().guest().vcpus()).isEqualTo(100);
        assertThat(request.scenario().hostPages()).isEqualTo(1 << 20);
        assertThat(request.scale()).hasToString("1/64");
        assertThat(request.scenario().seed()).isEqualTo(9);
        assertThat(request.ablate()).isTrue();
        assertThat(request.engine()).isEqualTo(EngineChoice.THREADS);
        assertThat(
                        directory.resolve(
                                "results/mine-host.cpus=128-guest.vcpus=100-threads-ablate-1-64-s9/result.json"))
                .exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max-guest-memory",
                "access-tracking",
                "mmu-stress",
                "neighbours",
                "pfn-designs",
                "dirty-log-perf",
                "demand-paging",
                "architectures",
                "spark-vm"
            })
    void aResultIsRunAgainAsItWas(String kind) throws IOException {
        session.run("run", kind, "--scale", "1/32", "--set", "host.cpus=200", "--json");
        Path result = Files.writeString(directory.resolve("result.json"), session.out());
        JsonNode scenario = JsonMapper.shared().readTree(session.out()).get("scenario");
        Path alone = Files.writeString(directory.resolve("alone.yaml"), scenario.toString());

        int code = session.run("run", result.toString(), "--json");
        assertThat(code).as(session.err()).isZero();
        session.run("run", alone.toString(), "--scale", "1/32", "--json");
        assertThat(session.scenarios).hasSize(3).containsOnly(session.scenarios.getFirst());
        assertThat(session.scenarios.getFirst().scale()).hasToString("1/32");
    }

    @Test
    void bundledScenariosGoByName() {
        session.run("run", "access-tracking");
        session.run("run", "mmu-stress");
        assertThat(session.scenarios.get(0).scenario()).isInstanceOf(AccessTracking.class);
        assertThat(session.scenarios.get(1).scenario()).isInstanceOf(MmuStress.class);
    }

    @Test
    void jsonIsOneDocumentOnStandardOutput() {
        assertThat(session.run("run", "--json", "--scale", "1/64")).isZero();

        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("scenario").get("name").stringValue()).isEqualTo("max-guest-memory");
        assertThat(json.get("scale").stringValue()).isEqualTo("1/64");
        assertThat(session.err()).startsWith("results in ").hasLineCount(1);
    }

    @Test
    void combinationsReplaceTheConfigurations() {
        String line = "run --aging locked,merged --kernel 6.12,6.18 --lru mglru,classic --json";
        assertThat(session.run(line.split(" "))).as(session.err()).isZero();

        List<Configuration> all = session.scenarios.getFirst().scenario().configurations();
        assertThat(all.stream().map(Configuration::name))
                .containsExactly(
                        "6.12-mglru-locked",
                        "6.12-mglru-merged",
                        "6.12-classic-locked",
                        "6.12-classic-merged",
                        "6.18-mglru-locked",
                        "6.18-mglru-merged",
                        "6.18-classic-locked",
                        "6.18-classic-merged");
        assertThat(all.get(6))
                .isEqualTo(
                        new Configuration(
                                "6.18-classic-locked",
                                Lru.CLASSIC,
                                Kernel.V6_18,
                                AgingChoice.LOCKED));
        assertThat(
                        directory.resolve(
                                "results/max-guest-memory-kernel=6.12-6.18-lru=mglru-classic-aging=locked-merged-1-256-s1"))
                .isDirectory();
    }

    @Test
    void whatIsNotGivenIsTheHostsAndTheKernelsOwn() throws IOException {
        Path file = Files.writeString(directory.resolve("mine.yaml"), "host: {lru: classic}\n");
        session.run("run", file.toString(), "--kernel", "6.1,6.18");
        session.run("run", "neighbours", "--aging", "v1", "--set", "host.kernel=7.2");
        session.run("run", "--lru", "classic", "--kernel", "6.1", "--ablate");

        assertThat(session.scenarios.get(0).scenario().configurations())
                .containsExactly(
                        new Configuration(
                                "6.1", Lru.CLASSIC, Kernel.V6_1, AgingChoice.LOCKED_FLUSH),
                        new Configuration("6.18", Lru.CLASSIC, Kernel.V6_18, AgingChoice.MERGED));
        assertThat(session.scenarios.get(1).scenario().configurations())
                .containsExactly(new Configuration("v1", Lru.MGLRU, Kernel.V7_2, AgingChoice.V1));
        assertThat(session.scenarios.get(2).scenario().configurations())
                .extracting(Configuration::name)
                .containsExactly("6.1-classic");
        assertThat(session.scenarios.get(2).ablate()).isTrue();
    }

    @Test
    void severalSeedsAreOneResult() {
        assertThat(session.run("run", "--seed", "4", "--seeds", "3", "--json")).isZero();

        assertThat(session.scenarios)
                .extracting(each -> each.scenario().seed())
                .contains(4L, 5L, 6L);
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("asked").intValue()).isEqualTo(9);
        assertThat(json.get("seeds").toString()).isEqualTo("[4,5,6]");
        assertThat(json.get("bySeed")).hasSize(3);
        assertThat(json.get("scenario").get("seed").intValue()).isEqualTo(4);
        assertThat(directory.resolve("results/max-guest-memory-1-256-s4-6")).isDirectory();
    }

    @Test
    void whatASeedLacksIsTold() {
        session.complete = false;
        assertThat(session.run("run", "--seeds", "2", "--json")).isEqualTo(3);

        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("finished").intValue()).isEqualTo(2);
        assertThat(json.get("missing").toString())
                .isEqualTo("[\"after seed 1\",\"off seed 1\",\"after seed 2\",\"off seed 2\"]");
    }

    @Test
    void quietIsQuiet() {
        session.run("run", "--json", "-q");
        assertThat(session.err()).isEmpty();
    }

    @Test
    void aSecondRunDoesNotOverwriteTheFirst() {
        session.run("run");
        session.run("run");
        assertThat(directory.resolve("results/max-guest-memory-1-256-s1-2")).isDirectory();
    }

    @Test
    void aFailedCheckIsExitCode1() {
        session.failures = List.of("a write was lost");
        assertThat(session.run("run", "mmu-stress")).isEqualTo(1);
        assertThat(session.out()).contains("FAILED: a write was lost");
    }

    @Test
    void anInterruptedRunKeepsWhatItHas() {
        session.complete = false;
        session.interrupted.set(true);
        session.failures = List.of("never mind");
        assertThat(session.run("run", "--json")).isEqualTo(3);
        assertThat(JsonMapper.shared().readTree(session.out()).get("complete").booleanValue())
                .isFalse();
        assertThat(directory.resolve("results/max-guest-memory-1-256-s1/result.json")).exists();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run max-guest-memroy | max-guest-memroy: no such scenario; did you mean",
                "run none.yaml | none.yaml: no such file; check the path",
                "run --scale 1/0 | --scale: 1/0 is not a scale; give a fraction",
                "run --scale half | --scale: \"half\" is not a scale; write 1/64 or 1",
                "run --set host.cpu=4 | --set host.cpu=4: unknown key \"cpu\" in host; did you mean"
                        + " \"cpus\"?",
                "run --set host.cpus | --set host.cpus: is not of the form KEY=VALUE",
                "run --set guest.vcpus=0 | --set guest.vcpus=0: 0 is out of range; give 1 to"
                        + " 1024",
                "run --set | --set",
                "run --scale 1/65536 --set guest.memory=1GiB | --scale 1/65536: guest.memory: ",
                "run access-tracking --ablate | --ablate: \"access-tracking\" has no ablations",
                "run --set ablations=[] --ablate | --ablate: ",
                "run --kernel 6.12,6.13 | --kernel: \"6.13\" is not one of",
                "run --kernel 6.12,6.12 | --kernel: \"6.12\" is there twice; give each once",
                "run access-tracking --lru mglru,classic | --lru: configurations.1.lru: \"classic\""
                        + " has no generations to track by; use",
                "run --seeds 0 | --seeds: 0 is out of range; give 1 to 1000",
                "run --ablat | --ablat: no such option; did you mean \"--ablate\"?",
                "run a b | ",
                "run --seed 99999999999999999999 | --seed",
                "run --out /proc/x/y | /proc/x/y: cannot be written",
            })
    void badUsageIsOneLineAndExitCode2(String line, String message) {
        assertThat(session.run(line.strip().split(" "))).isEqualTo(2);
        assertThat(session.err())
                .startsWith("gleaner: ")
                .contains(message == null ? "" : message.replace('"', '\''))
                .contains("; ")
                .hasLineCount(1)
                .doesNotContain("Exception");
        assertThat(session.out()).isEmpty();
        assertThat(session.scenarios).isEmpty();
    }
}
