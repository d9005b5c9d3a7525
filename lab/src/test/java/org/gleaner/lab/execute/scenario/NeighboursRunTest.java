package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.run.CommandResult;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Two VMs in cgroups, a hot one and a cold one: who is reclaimed.
@Tag("long")
final class NeighboursRunTest {
    private static final String HOT = "{name: hot, pauseNanos: 50000";
    private static final String COLD = "{name: cold, workload: idle";

    /// Two guests of 16 MiB on 26 MiB; the hot one loops over its memory.
    private static Neighbours scenario(String lru, String hot, String cold, String... settings) {
        List<String> all = new ArrayList<>();
        all.add("host.cpus=4");
        all.add("host.memory=26MiB");
        all.add("host.swap.size=64MiB");
        all.add("host.watermarks.minFree=256KiB");
        all.add("guest.vcpus=2");
        all.add("guest.memory=16MiB");
        all.add("guest.tlbEntries=64");
        all.add("guests=[" + HOT + hot + "}, " + COLD + cold + "}]");
        all.add("host.commands=[]");
        all.add("millis=2500");
        all.add("configurations=[{name: x, lru: " + lru + "}]");
        all.addAll(List.of(settings));
        return (Neighbours) ScenarioReader.read(Neighbours.KIND, all, Scale.FULL);
    }

    private static NeighboursResult result(Neighbours scenario, EngineChoice engine) {
        return NeighboursRun.run(
                new ScenarioRequest<>(scenario, Scale.FULL, engine, false), Progress.SILENT);
    }

    private static NeighboursResult.Run run(Neighbours scenario, EngineChoice engine) {
        NeighboursResult result = result(scenario, engine);
        assertThat(result.failures()).isEmpty();
        return result.runs().getFirst();
    }

    private static NeighboursResult.Run run(Neighbours scenario) {
        return run(scenario, EngineChoice.VIRTUAL);
    }

    private static long stat(NeighboursResult.Run run, int guest, String name) {
        return run.guests().get(guest).memoryStat().getOrDefault(name, -1L);
    }

    private static long event(NeighboursResult.Run run, int guest, String name) {
        return run.guests().get(guest).memoryEvents().getOrDefault(name, -1L);
    }

    private static long resident(NeighboursResult.Run run, int guest) {
        return run.guests().get(guest).residentPages().getLast();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mglru", "classic"})
    void theColdOneMakesRoomForTheHotOne(String lru) {
        NeighboursResult.Run run = run(scenario(lru, ", workingSet: 90%", ""));
        assertThat(stat(run, 1, "pgsteal")).isGreaterThan(800);
        assertThat(run.kswapd().cpuSeconds()).isPositive();
        assertThat(run.kswapd().share()).isBetween(1e-9, 1.0);
        assertThat(stat(run, 1, "pgfault")).isZero();
        // the working set of the hot one is in, and stays
        List<Long> over = run.guests().getFirst().residentPages();
        assertThat(over.getLast()).isGreaterThanOrEqualTo(3686).isEqualTo(over.getFirst());
        assertThat(resident(run, 1)).isLessThan(1500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mglru", "classic"})
    void withinItsMinimumTheColdOneKeepsAllItHas(String lru) {
        NeighboursResult.Run run = run(scenario(lru, ", workingSet: 25%", ", min: max"));
        assertThat(resident(run, 1)).isEqualTo(4096);
        assertThat(stat(run, 1, "pgsteal")).isZero();
        assertThat(stat(run, 0, "pgsteal")).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mglru", "classic"})
    void aLowMakesTheHotOnePayFirst(String lru) {
        // of one run chance decides more than MGLRU's low, which spares at the first visit only
        long[] spared = coldHasAndHotGives(lru, ", low: max");
        long[] plain = coldHasAndHotGives(lru, "");
        assertThat(spared[0]).isGreaterThan(plain[0]);
        assertThat(spared[1]).isGreaterThan(plain[1]);
    }

    /// Sums of ten seeds: pages of the cold one in the end, and taken from the hot one.
    private static long[] coldHasAndHotGives(String lru, String cold) {
        long[] sums = new long[2];
        for (int seed = 1; seed <= 10; seed++) {
            String by = "seed=" + seed;
            NeighboursResult.Run run =
                    run(scenario(lru, ", workingSet: 90%", cold, "millis=500", by));
            sums[0] += resident(run, 1);
            sums[1] += stat(run, 0, "pgsteal");
        }
        return sums;
    }

    @ParameterizedTest
    @ValueSource(strings = {"mglru", "classic"})
    void aMaximumBoundsTheHotOneAndSparesTheColdOne(String lru) {
        NeighboursResult.Run run =
                run(scenario(lru, ", max: 25%", "", "host.memory=40MiB", "millis=500"));
        assertThat(resident(run, 0)).isLessThanOrEqualTo(1024);
        assertThat(resident(run, 1)).isEqualTo(4096);
        assertThat(event(run, 0, "max")).isPositive();
        assertThat(event(run, 0, "oom")).isZero();
        assertThat(stat(run, 0, "pgmajfault")).isPositive();
        assertThat(run.vmstat().get("pgscan_kswapd")).as("the limit's reclaim").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mglru", "classic"})
    void aHighSlowsTheHotOneDown(String lru) {
        NeighboursResult.Run bound = run(scenario(lru, ", high: 25%", "", "host.memory=40MiB"));
        NeighboursResult.Run free = run(scenario(lru, "", "", "host.memory=40MiB"));
        assertThat(event(bound, 0, "high")).isPositive();
        assertThat(free.guests().getFirst().throttledSeconds()).isZero();
        assertThat(free.kswapd().share()).isZero();
        assertThat(event(bound, 0, "max")).isZero();
        assertThat(bound.guests().getFirst().accesses())
                .isLessThan(free.guests().getFirst().accesses());
        assertThat(resident(bound, 0)).isLessThan(resident(free, 0));
        assertThat(resident(bound, 1)).isEqualTo(4096);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mglru", "classic"})
    void aGuestThatMayNotSwapKeepsAllItHas(String lru) {
        NeighboursResult.Run run = run(scenario(lru, "", ", swapMax: 0", "millis=500"));
        assertThat(resident(run, 1)).isEqualTo(4096);
        assertThat(stat(run, 1, "pswpout")).isZero();
        assertThat(stat(run, 0, "pswpout")).isPositive();
    }

    @Test
    void guestsMayDifferInSize() {
        Neighbours scenario =
                scenario(
                        "mglru",
                        ", vcpus: 1, memory: 150%, workingSet: 25%, max: 50%",
                        ", memory: 8MiB, min: 100%",
                        "host.cpus=3",
                        "writes=[{atMillis: 100, guest: hot, file: memory.max, value: 25%}]",
                        "millis=500");
        assertThat(scenario.guestSizes()).containsExactly(6144L, 2048L);
        assertThat(scenario.vcpuCount()).isEqualTo(3);
        assertThat(scenario.backingPages()).isEqualTo(8192);
        NeighboursResult.Run run = run(scenario);
        assertThat(resident(run, 0)).isBetween(1400L, 6144L / 4);
        assertThat(resident(run, 1)).isEqualTo(2048);
        Neighbours half = (Neighbours) scenario.scaled(new Scale(1, 2));
        assertThat(half.guestSizes()).containsExactly(3072L, 1024L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mglru", "classic"})
    void memoryReclaimTakesFromWhomItIsAskedOf(String lru) {
        for (String asked : List.of("hot", "cold")) {
            NeighboursResult.Run run =
                    run(
                            scenario(
                                    lru,
                                    "",
                                    "",
                                    "host.memory=40MiB",
                                    "writes=[{atMillis: 2400, guest: %s, file: memory.reclaim,"
                                                    .formatted(asked)
                                            + " value: 4MiB}]"));
            int taken = asked.equals("hot") ? 0 : 1;
            assertThat(stat(run, taken, "pgsteal")).isGreaterThanOrEqualTo(1024);
            assertThat(stat(run, 1 - taken, "pgsteal")).isZero();
            assertThat(resident(run, 1 - taken)).isEqualTo(4096);
        }
    }

    @Test
    void aLimitWrittenLaterTakesHold() {
        NeighboursResult.Run run =
                run(
                        scenario(
                                "mglru",
                                "",
                                "",
                                "host.memory=40MiB",
                                "samples=3",
                                "writes=[{atMillis: 1500, guest: hot, file: memory.max, value:"
                                        + " 2048p}]"));
        List<Long> resident = run.guests().getFirst().residentPages();
        assertThat(resident.get(0)).isEqualTo(4096);
        assertThat(resident.get(1)).isLessThanOrEqualTo(2048);
        assertThat(resident.get(2)).isLessThanOrEqualTo(2048);
    }

    /// In the order of the host's clock, whichever clock they count by.
    @Test
    void commandsAreToldWithWhatTheyAnswered() {
        Neighbours scenario =
                scenario(
                        "mglru",
                        "",
                        "",
                        "host.memory=40MiB",
                        "millis=500",
                        "host.commands=[{at: populated+400ms, to: memory.reclaim, guest: cold, write:"
                                + " 1M}, {at: populated+500ms, to: memory.reclaim, guest: cold, write:"
                                + " 100%}, {at: 10ms, to: min_ttl_ms, write: '0'}, {at: 300ms, to:"
                                + " memory.high, guest: hot, write: 3000p}, {at: 0s, to: memory.low,"
                                + " guest: hot, write: '0'}]");
        NeighboursResult result = result(scenario, EngineChoice.VIRTUAL);
        List<CommandResult> commands = result.runs().getFirst().commands();

        assertThat(commands.stream().map(each -> each.to().label()))
                .containsExactly(
                        "memory.low",
                        "min_ttl_ms",
                        "memory.high",
                        "memory.reclaim",
                        "memory.reclaim");
        assertThat(commands.stream().map(CommandResult::seconds)).isSorted();
        assertThat(commands.get(2).seconds()).isBetween(0.3, 0.301);
        assertThat(commands.get(2).abovePages()).isZero();
        assertThat(commands.get(3).errno()).isNull();
        assertThat(commands.get(3).askedPages()).isEqualTo(256);
        assertThat(commands.get(3).freedPages()).isBetween(256L, 400L);
        assertThat(commands.get(4).errno()).isEqualTo("EAGAIN");
        assertThat(commands.get(4).askedPages()).isEqualTo(4096);
        assertThat(commands.get(4).freedPages())
                .isBetween(3500L, 4095L)
                .isEqualTo(
                        stat(result.runs().getFirst(), 1, "pgsteal")
                                - commands.get(3).freedPages());
        // that a guest has no more to give is an answer; that it was not there yet is a failure
        assertThat(result.failures())
                .containsExactly("x: '0' into memory.low of hot at 0 s: ENOENT");
    }

    @Test
    void aCommandThatNeverRanIsAFailureAndMovesNothing() {
        String[] none = {"host.memory=26MiB", "millis=200"};
        String[] late = {
            "host.memory=26MiB",
            "millis=200",
            "host.commands=[{at: 30s, to: min_ttl_ms, write: '1000'}, {at: 40s, to: memory.reclaim,"
                    + " guest: hot, write: 1M}]"
        };
        NeighboursResult with = result(scenario("mglru", "", "", late), EngineChoice.VIRTUAL);
        NeighboursResult.Run without = run(scenario("mglru", "", "", none));
        NeighboursResult.Run run = with.runs().getFirst();

        assertThat(with.failures())
                .hasSize(2)
                .first(as(InstanceOfAssertFactories.STRING))
                .matches("x: '1000' into min_ttl_ms at 30 s: the run ended at 0\\.\\d+ s");
        assertThat(run.commands()).extracting(CommandResult::ran).containsExactly(false, false);
        assertThat(run.guests()).isEqualTo(without.guests());
        assertThat(run.vmstat()).isEqualTo(without.vmstat());
    }

    @Test
    void aSwappinessIsTakenByTheKernelsThatHaveIt() {
        Neighbours scenario =
                scenario(
                        "mglru",
                        "",
                        "",
                        "host.memory=40MiB",
                        "millis=100",
                        "configurations=[{name: a, kernel: 6.1}, {name: b, kernel: 6.12}, {name: c,"
                                + " kernel: 6.18}, {name: d, kernel: 7.2}, {name: e, lru: classic,"
                                + " kernel: 7.2}]",
                        "host.commands=[{at: populated+50ms, to: memory.reclaim, guest: cold, write: 1M"
                                + " swappiness=200}, {at: populated+60ms, to: memory.reclaim, guest:"
                                + " cold, write: 1M swappiness=max}]");
        NeighboursResult result = result(scenario, EngineChoice.VIRTUAL);

        assertThat(result.failures().stream().map(each -> each.replaceAll("at .* s", "at T")))
                .containsExactly(
                        "a: '1M swappiness=200' into memory.reclaim of cold at T"
                                + " (populated+50ms): EINVAL",
                        "a: '1M swappiness=max' into memory.reclaim of cold at T"
                                + " (populated+60ms): EINVAL",
                        "b: '1M swappiness=max' into memory.reclaim of cold at T"
                                + " (populated+60ms): EINVAL");
        for (NeighboursResult.Run run : result.runs().subList(2, 5)) {
            assertThat(stat(run, 1, "pgsteal")).isBetween(512L, 700L);
        }
    }

    @Test
    void aRunRepeatsToTheBit() {
        Neighbours scenario = scenario("mglru", "", ", low: 25%");
        assertThat(run(scenario)).isEqualTo(run(scenario));
    }

    @ParameterizedTest
    @EnumSource(EngineChoice.class)
    void everyWorkloadRunsOnEveryEngine(EngineChoice engine) {
        NeighboursResult.Run run =
                run(
                        scenario(
                                "mglru",
                                ", workload: random, writes: false",
                                ", high: 50%",
                                "millis=100"),
                        engine);
        assertThat(run.guests().getFirst().accesses()).isPositive();
        assertThat(run.guests().get(1).accesses()).isZero();
        assertThat(run.sampleSeconds()).hasSize(8);
    }

    @Test
    void aGuestThatGetsNoMemoryIsKilledAndTheOtherGoesOn() {
        NeighboursResult result =
                NeighboursRun.run(
                        new ScenarioRequest<>(
                                scenario(
                                        "mglru",
                                        "",
                                        ", max: 25%",
                                        "host.swap.device=none",
                                        "host.memory=40MiB"),
                                Scale.FULL,
                                EngineChoice.VIRTUAL,
                                false),
                        Progress.SILENT);
        assertThat(result.failures())
                .singleElement()
                .asString()
                .matches(
                        "x: guest cold did not live to the end: the OOM killer ended it, for a cgroup"
                                + " was above memory.max \\(0\\.\\d{3} s after the host's start, while"
                                + " guests populated\\)");
        NeighboursResult.Run run = result.runs().getFirst();
        assertThat(run.guests().get(1).killed()).isTrue();
        // but for what waits in the batches of CPUs that have no more to do
        assertThat(resident(run, 1)).isLessThan(64);
        assertThat(run.guests().getFirst().killed()).isFalse();
        assertThat(run.guests().getFirst().accesses()).isPositive();
    }
}
