package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The command line with the machine behind it, on inputs as small as they come.
@Tag("long")
final class EndToEndTest {

    private static final int ACCESSES = 2000;
    private static final int PAGES = 256;

    /// A quarter of the guest is more than the host has.
    private static final String[] SMALL = {
        "--scale=1",
        "--set=host.cpus=2",
        "--set=guest.vcpus=2",
        "--set=host.memory=12MiB",
        "--set=guest.memory=16MiB",
        "--set=guest.tlbEntries=64",
        "--set=host.watermarks.minFree=256KiB",
    };

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void standardExecutors() throws IOException {
        session = session();
        Path traces = Files.createDirectory(directory.resolve("traces"));
        Random random = new Random(7);
        ByteBuffer bytes = ByteBuffer.allocate(ACCESSES * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ACCESSES; i++) {
            int page = i < PAGES ? i : (int) (PAGES * Math.pow(random.nextDouble(), 3));
            bytes.putInt(page | random.nextInt(2) << 31);
        }
        Files.write(traces.resolve("small.u32"), bytes.array());
    }

    private Session session() {
        Session fresh = new Session(directory);
        fresh.standardExecutors = true;
        return fresh;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--lru classic",
                "--through kvm",
                "--through kvm --aging v3 --backing memfd --age-every 512",
                "--swap disk",
                "--engine threads",
            })
    void replays(String options) {
        String line = "replay small --memory 50% --json " + options;
        assertThat(session.run(line.strip().split(" "))).as(session.err()).isZero();

        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("accesses").intValue()).isEqualTo(ACCESSES);
        assertThat(json.get("replayedAccesses").intValue()).isEqualTo(ACCESSES);
        assertThat(json.get("distinctPages").intValue()).isEqualTo(PAGES);
        assertThat(json.get("memoryPages").intValue()).isEqualTo(PAGES / 2);
        assertThat(json.get("oomKill").booleanValue()).isFalse();
        assertThat(json.get("vmstat").get("pgmajfault").intValue()).isPositive();
        assertThat(json.get("vmstat").get("pswpin").intValue()).isPositive();
    }

    @Test
    void virtualTimeRepeatsToTheBit() {
        session.run("replay", "small", "--memory", "50%", "--json");
        Session again = session();
        again.run("replay", "small", "--memory", "50%", "--json");
        JsonMapper json = JsonMapper.shared();
        assertThat(json.readTree(again.out()).get("vmstat"))
                .isEqualTo(json.readTree(session.out()).get("vmstat"));
        assertThat(json.readTree(again.out()).get("machineSeconds"))
                .isEqualTo(json.readTree(session.out()).get("machineSeconds"));
    }

    @Test
    void runsTheDefaultScenario() {
        assertThat(session.run(run("--json", "-q"))).as(session.err()).isZero();

        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("runs")).hasSize(3);
        for (JsonNode run : json.get("runs")) {
            assertThat(run.get("run1Seconds").doubleValue()).isPositive();
            assertThat(run.get("run2Seconds").doubleValue()).isPositive();
            assertThat(run.get("vmstat").get("pswpin").longValue()).isPositive();
        }
        assertThat(directory.resolve("results"))
                .isDirectoryRecursivelyContaining(each ->
                        each.endsWith("report.txt") && each.toString().contains("guest.vcpus=2"));
    }

    @Test
    void eachSeedIsWhatItWouldBeAlone() {
        assertThat(session.run(run("--seeds=3", "--json", "-q"))).as(session.err()).isZero();
        Session alone = session();
        alone.run(run("--seed=2", "--json", "-q"));

        JsonNode three = JsonMapper.shared().readTree(session.out());
        JsonNode second = JsonMapper.shared().readTree(alone.out());
        assertThat(three.get("asked").intValue()).isEqualTo(9);
        assertThat(three.get("bySeed").get(1).get("runs")).isEqualTo(second.get("runs"));
        for (String bound : List.of("least", "most")) {
            assertThat(three.get(bound).get("runs")).hasSize(3);
        }
        double median = three.get("runs").get(0).get("run2Seconds").doubleValue();
        assertThat(median)
                .isBetween(
                        three.get("least").get("runs").get(0).get("run2Seconds").doubleValue(),
                        three.get("most").get("runs").get(0).get("run2Seconds").doubleValue());
    }

    @Test
    void combinationsOfReplaysAreWhatTheyWouldBeAlone() {
        session.run("replay small --memory 50%,40% --lru mglru,classic --json".split(" "));
        Session alone = session();
        alone.run("replay small --memory 40% --lru classic --json".split(" "));

        JsonNode last = JsonMapper.shared().readTree(session.out()).get("results").get(3);
        JsonNode single = JsonMapper.shared().readTree(alone.out());
        assertThat(last.get("name").stringValue()).isEqualTo("small 40% classic");
        assertThat(last.get("vmstat")).isEqualTo(single.get("vmstat"));
        assertThat(last.get("machineSeconds")).isEqualTo(single.get("machineSeconds"));
    }

    @Test
    void runsOnRealThreads() {
        assertThat(session.run(run("--engine=threads", "--json", "-q")))
                .isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(session.err()).contains("--set host.swap.device=zram");
        String zram = "--set=host.swap.device=zram";
        assertThat(session.run(run("--engine=threads", zram, "--json", "-q")))
                .as(session.err())
                .isZero();
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("runs")).hasSize(3);
        assertThat(json.get("ratios")).isEmpty();
        assertThat(json.get("assumptions").get(0).stringValue()).startsWith("engine threads: ");
        assertThat(json.get("assumptions").toString())
                .contains("with real threads swap is a file of this machine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "threads"})
    void theOomKillerIsAFailureAndNoCrash(String engine) {
        int code =
                session.run(
                        run(
                                "--set=host.memory=16800KiB",
                                "--set=host.swap.device=none",
                                "--set=host.watermarks.minFree=128KiB",
                                "--engine=" + engine,
                                "--json"));

        assertThat(code).as(session.err()).isEqualTo(ExitCodes.FAILED);
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("failures").get(0).stringValue())
                .isEqualTo(
                        "before: the host ran out of memory and swap, and the OOM killer ended the"
                                + " guest; more swap would help: host.swap.device=zram and"
                                + " host.swap.size=100%");
    }

    @Test
    void anInterruptEndsARun() {
        session.interrupted.set(true);
        assertThat(session.run("run", "--scale", "1/1024", "--json"))
                .isEqualTo(ExitCodes.INTERRUPTED);
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("complete").booleanValue()).isFalse();
        assertThat(json.get("asked").intValue()).isEqualTo(3);
        assertThat(json.get("finished").intValue()).isZero();
        assertThat(json.get("missing").get(2).stringValue()).isEqualTo("off");
        assertThat(json.get("runs")).isEmpty();
        assertThat(session.err()).endsWith("gleaner: interrupted; nothing was finished\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run --scale 1/4096 --set"
                        + " host.commands=[{'at':'1s','to':'lru_gen','write':'age'}]"
                        + " | --set host.commands=[{'at':'1s','to':'lru_gen','write':'age'}]:"
                        + " host.commands.0.write: 'age' is no command of 6.12's lru_gen; write"
                        + " '+ 1 0 max_gen' to age, '- 1 0 max_gen-2 200 1000' to evict",
            },
            quoteCharacter = '"')
    void whatTheMachineCannotDoIsOneLine(String line, String message) {
        assertThat(session.run(line.strip().split(" "))).isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(session.err()).startsWith("gleaner: ").endsWith(message + "\n").hasLineCount(1);
        assertThat(session.out()).isEmpty();
    }

    @Test
    void aLimitThatTheKernelFillsEndsInAnOomKill() {
        assertThat(session.run("replay", "small", "--memory", "3p")).isEqualTo(ExitCodes.FAILED);
        assertThat(session.out()).contains("the OOM killer ended the replay at access 0");
    }

    private static String[] run(String... options) {
        String[] all = new String[1 + SMALL.length + options.length];
        all[0] = "run";
        System.arraycopy(SMALL, 0, all, 1, SMALL.length);
        System.arraycopy(options, 0, all, 1 + SMALL.length, options.length);
        return all;
    }
}
