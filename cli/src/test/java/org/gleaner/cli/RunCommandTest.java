package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.choice.Engine;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.AccessTracking;
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
    void theDefaultIsMaxGuestMemoryAtOneSixtyFourth() {
        assertThat(session.run("run")).isZero();

        ScenarioRequest<?> request = session.scenarios.getFirst();
        assertThat(request.scenario()).isInstanceOf(MaxGuestMemory.class);
        assertThat(request.scenario().hostPages()).isEqualTo(1L << 20);
        assertThat(request.engine()).isEqualTo(Engine.VIRTUAL);
        assertThat(request.ablate()).isFalse();
        Path kept = directory.resolve("results/max-guest-memory-1-64-s1").toAbsolutePath();
        assertThat(session.out())
                .startsWith("complete: 3 of 3 configurations\nmax-guest-memory: ")
                .endsWith("results in " + kept + "\n");
        assertThat(kept.resolve("report.txt")).exists();
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
        assertThat(request.engine()).isEqualTo(Engine.THREADS);
        assertThat(
                        directory.resolve(
                                "results/mine-host.cpus=128-guest.vcpus=100-threads-ablate-1-64-s9/result.json"))
                .exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"max-guest-memory", "access-tracking", "mmu-stress", "neighbours"})
    void aResultIsRunAgainAsItWas(String kind) throws IOException {
        session.run("run", kind, "--scale", "1/32", "--set", "host.cpus=100", "--json");
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
    void quietIsQuiet() {
        session.run("run", "--json", "-q");
        assertThat(session.err()).isEmpty();
    }

    @Test
    void aSecondRunDoesNotOverwriteTheFirst() {
        session.run("run");
        session.run("run");
        assertThat(directory.resolve("results/max-guest-memory-1-64-s1-2")).isDirectory();
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
        session.failures = List.of("never mind");
        assertThat(session.run("run", "--json")).isEqualTo(3);
        assertThat(JsonMapper.shared().readTree(session.out()).get("complete").booleanValue())
                .isFalse();
        assertThat(directory.resolve("results/max-guest-memory-1-64-s1/result.json")).exists();
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
                "run --set guest.vcpus=0 | --set guest.vcpus=0: guest.vcpus: 0 vcpus; give 1 to"
                        + " 1024",
                "run --set | --set",
                "run --scale 1/65536 --set guest.memory=1GiB | --scale 1/65536: guest.memory: ",
                "run access-tracking --ablate | --ablate: \"access-tracking\" has no ablations",
                "run --set ablations=[] --ablate | --ablate: ",
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
