package org.gleaner.lab.execute.host;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.HostFile;
import org.gleaner.lab.execute.scenario.MaxGuestMemoryRun;
import org.gleaner.lab.run.CommandResult;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A scenario's commands, written into the files of a host that runs a guest.
@Tag("long")
final class HostCommandsTest {

    private static MaxGuestMemory scenario(String commands, List<String> settings) {
        List<String> all = new ArrayList<>();
        all.add("host.cpus=4");
        all.add("host.memory=24MiB");
        all.add("host.watermarks.minFree=64KiB");
        all.add("guest.vcpus=4");
        all.add("guest.memory=16MiB");
        all.add("configurations=[{name: x, aging: locked}]");
        all.add("host.commands=" + commands);
        all.addAll(settings);
        return (MaxGuestMemory) ScenarioReader.read(MaxGuestMemory.KIND, all, Scale.FULL);
    }

    private static MaxGuestMemoryResult run(String commands) {
        return run(commands, List.of());
    }

    private static MaxGuestMemoryResult run(String commands, List<String> settings) {
        return MaxGuestMemoryRun.run(
                new ScenarioRequest<>(
                        scenario(commands, settings), Scale.FULL, EngineChoice.VIRTUAL, false),
                Progress.SILENT);
    }

    @Test
    void commandsAreWrittenWhenTheirTimeHasCome() {
        MaxGuestMemoryResult result =
                run(
                        "[{at: 300us, to: lru_gen, write: '+ 1 0 max_gen; + 1 0 max_gen'},"
                                + " {at: 200us, to: lru_gen, write: '+ 1 0 3 1 1'},"
                                + " {at: 0s, to: min_ttl_ms, write: '0'},"
                                + " {at: 900s, to: lru_gen, write: '- 1 0 min_gen'}]");

        assertThat(result.failures())
                .singleElement(as(InstanceOfAssertFactories.STRING))
                .matches("x: '- 1 0 min_gen' into lru_gen at 900 s: the run ended at 0\\.0\\d+ s");
        List<CommandResult> commands = result.runs().getFirst().commands();
        assertThat(commands.stream().map(CommandResult::wrote))
                .containsExactly("0", "+ 1 0 3 1 1", "+ 1 0 4; + 1 0 4", "- 1 0 min_gen");
        assertThat(commands.stream().map(CommandResult::ran))
                .containsExactly(true, true, true, false);
        assertThat(commands.getLast().seconds()).isNull();
        assertThat(commands.getFirst().to()).isEqualTo(HostFile.MIN_TTL);
        assertThat(commands.get(1).seconds()).isBetween(200e-6, 300e-6);
        assertThat(commands.get(1).text()).startsWith("memcg     1 /\n node     0\n          1 ");
        assertThat(commands.get(2).text())
                .contains("\n          5 ")
                .doesNotContain("          6 ");
    }

    /// Guests that were to find other hosts would be compared otherwise.
    @Test
    void aCommandThatNeverRanMovesNothing() {
        for (String swap : List.of("zram", "disk")) {
            List<String> settings =
                    List.of("guest.memory=24MiB", "host.cpus=8", "host.swap.device=" + swap);
            MaxGuestMemoryResult.Run without = run("[]", settings).runs().getFirst();
            for (String command :
                    List.of(
                            "{at: 900s, to: lru_gen, write: '+ 1 0 max_gen'}",
                            "{at: 0s, to: min_ttl_ms, write: '0'}")) {
                MaxGuestMemoryResult.Run with =
                        run("[" + command + "]", settings).runs().getFirst();
                assertThat(with.run1Seconds()).isEqualTo(without.run1Seconds());
                assertThat(with.run2Seconds()).isEqualTo(without.run2Seconds());
                assertThat(with.kswapd()).isEqualTo(without.kswapd());
                assertThat(with.directReclaim()).isEqualTo(without.directReclaim());
                assertThat(with.vmstat()).isEqualTo(without.vmstat());
                assertThat(with.vmstat().get("pswpout")).isPositive();
            }
        }
    }

    /// As if the host had been started so, when it is written before anything happens.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lru_gen/enabled | 0x1 | locked | host.lruGen=0x1",
                "lru_gen/enabled | 0x7 | v2 | host.lruGen=0x7",
                "lru_gen/enabled | n | locked | configurations=[{name: x, aging: locked, lru: classic}]",
                "vm.swappiness | 200 | locked | host.swappiness=200",
            })
    void bitsAndSwappinessCanBeChangedWhileTheHostRuns(
            String file, String text, String aging, String start) {
        List<String> base = new ArrayList<>(List.of("guest.memory=24MiB", "host.cpus=8"));
        base.add("configurations=[{name: x, aging: " + aging + "}]");
        List<String> started = new ArrayList<>(base);
        started.add(start);

        MaxGuestMemoryResult.Run written =
                run("[{at: 0s, to: " + file + ", write: '" + text + "'}]", base).runs().getFirst();

        assertThat(written.vmstat()).isEqualTo(run("[]", started).runs().getFirst().vmstat());
        assertThat(written.commands().getFirst().ran()).isTrue();
        if (file.equals("lru_gen/enabled")) {
            Map<String, Long> plain = run("[]", base).runs().getFirst().vmstat();
            assertThat(written.vmstat()).isNotEqualTo(plain);
        }
    }

    /// The generations are empty as long as MGLRU is off, and filled again after that.
    @ParameterizedTest
    @ValueSource(strings = {"6.1", "6.12", "6.18", "7.2"})
    void mglruIsSwitchedOffAndOnAgain(String kernel) {
        List<String> small =
                List.of(
                        "guest.memory=32MiB",
                        "configurations=[{name: x, kernel: '" + kernel + "'}]");
        MaxGuestMemoryResult.Run plain = run("[]", small).runs().getFirst();
        long whole = Math.round(1e6 * (plain.run1Seconds() + plain.run2Seconds()));
        String[][] writes = {
            {"lru_gen/enabled", "n"},
            {"lru_gen", "+ 1 0 max_gen"},
            {"lru_gen/enabled", "y"},
            {"lru_gen", "+ 1 0 max_gen"},
        };
        List<String> commands = new ArrayList<>();
        for (String[] each : writes) {
            long at = whole * (commands.size() + 1) / (writes.length + 1);
            commands.add("{at: %dus, to: %s, write: '%s'}".formatted(at, each[0], each[1]));
        }
        MaxGuestMemoryResult result = run(commands.toString(), small);
        assertThat(result.failures()).isEmpty();
        List<CommandResult> written = result.runs().getFirst().commands();
        assertThat(written).allMatch(CommandResult::ran);
        assertThat(pages(written.get(1).text())).isZero();
        assertThat(pages(written.get(3).text())).isGreaterThan(3_000);
        assertThat(run(commands.toString(), small).runs()).isEqualTo(result.runs());
    }

    /// Pages of all generations in the text of `lru_gen`.
    private static long pages(String text) {
        return text.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(row -> row.length == 4)
                .mapToLong(row -> Long.parseLong(row[2]) + Long.parseLong(row[3]))
                .sum();
    }

    @Test
    void whatOnlySomeKernelsUnderstandIsAnsweredByEach() {
        MaxGuestMemoryResult result =
                run(
                        "[{at: 100us, to: lru_gen, write: '+ 1 0 max_gen max'}]",
                        List.of(
                                "configurations=[{name: old, kernel: 6.12}, {name: new, kernel:"
                                        + " 6.18}]"));

        assertThat(result.failures())
                .containsExactly("old: '+ 1 0 3 max' into lru_gen at 0.0001 s: EINVAL");
        assertThat(result.runs().getLast().commands().getFirst().errno()).isNull();
    }

    @Test
    void theSameRunGivesTheSameTexts() {
        String commands = "[{at: 1ms, to: lru_gen, write: '+ 1 0 max_gen'}]";
        assertThat(run(commands).runs()).isEqualTo(run(commands).runs());
    }

    @Test
    void whatTheKernelRefusesIsAFailure() {
        MaxGuestMemoryResult result =
                run("[{at: 100us, to: lru_gen, write: '- 1 0 max_gen-1 200 10'}]");

        assertThat(result.failures())
                .containsExactly("x: '- 1 0 2 200 10' into lru_gen at 0.0001 s: EINVAL");
    }

    /// All that the guest uses was used within ten seconds, so it is killed once memory runs short.
    @Test
    void aWorkingSetThatMayNotBeEvictedIsKilled() {
        MaxGuestMemoryResult result =
                MaxGuestMemoryRun.run(
                        new ScenarioRequest<>(
                                (MaxGuestMemory)
                                        ScenarioReader.read(
                                                MaxGuestMemory.KIND,
                                                List.of(
                                                        "host.commands=[{at: 0s, to: min_ttl_ms,"
                                                                + " write: '10000'}]"),
                                                Scale.parse("1/4096")),
                                Scale.parse("1/4096"),
                                EngineChoice.VIRTUAL,
                                false),
                        Progress.SILENT);

        assertThat(result.failures())
                .hasSize(2)
                .allSatisfy(each -> assertThat(each).contains("the OOM killer ended the guest"));
        // the classic lists know no such protection
        assertThat(result.runs().stream().map(run -> run.configuration().name()))
                .containsExactly("off");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{at: 1s, to: lru_gen, write: age} | host.commands.0.write: 'age' is no command of"
                        + " 6.12's lru_gen",
                "{at: 1s, to: lru_gen, write: + 1 0 max} | is no command of",
                "{at: 1s, to: lru_gen, write: + 1 0 max_gen max} | is no command of 6.12's",
                "{at: 1s, to: min_ttl_ms, write: 1s} | host.commands.0.write: '1s' is no number of 0 to 999999999;"
                        + " give milliseconds",
                "{at: 1s, to: vm.swappiness, write: '201'} | host.commands.0.write: '201' is no number of 0 to 200",
                "{at: 1s, to: lru_gen/enabled, write: maybe} | is not a set of lru_gen bits",
            })
    void whatIsNoCommandIsRefusedBeforehand(String command, String message) {
        assertThatThrownBy(() -> run("[" + command + "]"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(message);
    }
}
