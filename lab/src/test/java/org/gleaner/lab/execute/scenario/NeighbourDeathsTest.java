package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LONG;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.NeighboursResult.Why;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.HostShare;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who dies where memory runs out, and what the others get of it.
@Tag("long")
final class NeighbourDeathsTest {

    private static Neighbours scenario(String... settings) {
        List<String> all = new ArrayList<>();
        all.add("host.cpus=12");
        all.add("host.watermarks.minFree=256KiB");
        all.add("guest.vcpus=1");
        all.add("guest.tlbEntries=64");
        all.add("writes=[]");
        all.add("millis=500");
        all.add("samples=2");
        all.addAll(List.of(settings));
        return (Neighbours) ScenarioReader.read(Neighbours.KIND, all, Scale.FULL);
    }

    /// Ten idle guests of 8 MiB on a host that has room for nine, or almost for ten.
    private static Neighbours crowded(String lru, String... settings) {
        String guests =
                String.join(
                        ", ",
                        IntStream.range(0, 10)
                                .mapToObj(i -> "{name: g" + i + ", workload: idle}")
                                .toList());
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "guest.memory=8MiB",
                                "guests=[" + guests + "]",
                                "host.memory=50MiB",
                                "host.swap.size=50MiB",
                                "configurations=[{name: x, lru: " + lru + "}]"));
        all.addAll(List.of(settings));
        return scenario(all.toArray(String[]::new));
    }

    private static NeighboursResult run(Neighbours scenario, EngineChoice engine) {
        return NeighboursRun.run(
                new ScenarioRequest<>(scenario, Scale.FULL, engine, false), Progress.SILENT);
    }

    private static List<NeighboursResult.Guest> killed(NeighboursResult.Run run) {
        return run.guests().stream().filter(NeighboursResult.Guest::killed).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mglru", "classic"})
    void oneVictimIsEnoughWhereOneGuestIsTooMany(String lru) {
        NeighboursResult result = run(crowded(lru), EngineChoice.VIRTUAL);
        NeighboursResult.Run run = result.runs().getFirst();
        NeighboursResult.Guest victim = killed(run).getFirst();
        assertThat(killed(run)).hasSize(1);
        assertThat(victim.end().why()).isEqualTo(Why.HOST_OOM);
        assertThat(victim.end().populating()).isTrue();
        assertThat(victim.end().seconds()).isLessThan(run.populating().seconds());
        assertThat(victim.populating().memoryEvents()).containsEntry("oom_kill", 1L);
        assertThat(victim.residentPages()).last().asInstanceOf(LONG).isLessThan(10);
        assertThat(run.populating().vmstat()).containsEntry("oom_kill", 1L);
        assertThat(result.failures())
                .contains(
                        "x: for 752KiB of guest memory there was no room in memory and swap;"
                                + " more swap would help: host.swap.size=160%")
                .contains(
                        String.format(
                                Locale.ROOT,
                                "x: guest %s did not live to the end: the OOM killer ended it, for the"
                                        + " host was out of memory and swap (%.3f s after the host's"
                                        + " start, while guests populated)",
                                victim.name(),
                                victim.end().seconds()));
        for (NeighboursResult.Guest other : run.guests()) {
            if (!other.killed()) {
                assertThat(other.end()).isNull();
                assertThat(other.populating().memoryStat()).containsEntry("pgfault", 2048L);
                assertThat(other.populating().memoryEvents()).containsEntry("oom_kill", 0L);
            }
        }
    }

    /// Sixteen guests of 1,024 pages, 896 of which have no room: what one has is enough, if CPUs
    /// give back the free pages that they hold.
    @ParameterizedTest
    @ValueSource(strings = {"mglru", "classic"})
    void aShortageOfLittleLessThanAGuestTakesOneGuest(String lru) {
        String guests =
                String.join(
                        ", ",
                        IntStream.range(0, 16)
                                .mapToObj(i -> "{name: g" + i + ", workload: idle}")
                                .toList());
        Neighbours scenario =
                scenario(
                        "host.cpus=18",
                        "guest.memory=4MiB",
                        "guests=[" + guests + "]",
                        "host.memory=40MiB",
                        "host.swap.size=9507p",
                        "millis=10",
                        "configurations=[{name: x, lru: " + lru + "}]");
        assertThat(HostShare.of(scenario, SwapDeviceChoice.ZRAM).missingPages(scenario))
                .isEqualTo(896);
        assertThat(killed(run(scenario, EngineChoice.VIRTUAL).runs().getFirst())).hasSize(1);
    }

    /// 50 MiB and 40 MiB are enough for 80 MiB, but not if zram keeps 40 MiB in 19 MiB of memory.
    @Test
    void whatZramTakesIsNotThereForGuests() {
        assertThatThrownBy(() -> crowded("mglru", "host.swap.size=40MiB"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(
                        "80MiB of guest memory do not fit the 69.3MiB of memory and swap left for it"
                                + " once zram takes 19.2MiB: more than one guest would be killed")
                .hasMessageContaining("host.swap.size=160%");
    }

    @Test
    void whatIsTightIsSaid() {
        Neighbours scenario = crowded("mglru");
        assertThat(HostShare.of(scenario, SwapDeviceChoice.ZRAM).assumptions(scenario))
                .last()
                .asString()
                .startsWith("it is tight: for 752KiB of guest memory there is no room");
        Neighbours roomy = crowded("mglru", "host.swap.size=56MiB");
        assertThat(HostShare.of(roomy, SwapDeviceChoice.ZRAM).assumptions(roomy)).hasSize(1);
        assertThat(run(roomy, EngineChoice.VIRTUAL).failures()).isEmpty();
    }

    @Test
    void onRealThreadsTooWhoIsKilledIsToldAndTheOthersLive() {
        NeighboursResult.Run run = run(crowded("mglru"), EngineChoice.THREADS).runs().getFirst();
        long kills = run.populating().vmstat().get("oom_kill") + run.vmstat().get("oom_kill");
        assertThat(killed(run)).hasSize((int) kills).hasSizeLessThan(5);
    }

    /// Its vCPUs have nothing to do, so they do not find out by themselves.
    @Test
    void anIdleGuestThatIsKilledGivesBackWhatItHas() {
        NeighboursResult result =
                run(
                        scenario(
                                "guest.memory=8MiB",
                                "host.memory=14MiB",
                                "host.swap.size=64MiB",
                                "host.commands=[{at: 300ms, to: min_ttl_ms, write: '60000'}]",
                                "guests=[{name: cold, workload: idle, min: max}, {name: hot,"
                                        + " pauseNanos: 50000}]",
                                "millis=600",
                                "configurations=[{name: x, lru: mglru}]"),
                        EngineChoice.VIRTUAL);
        NeighboursResult.Run run = result.runs().getFirst();
        NeighboursResult.Guest cold = run.guests().getFirst();
        NeighboursResult.Guest hot = run.guests().get(1);
        assertThat(cold.killed()).isTrue();
        assertThat(cold.end().why()).isEqualTo(Why.MIN_TTL);
        assertThat(cold.memoryEvents()).containsEntry("oom_kill", 1L);
        assertThat(cold.residentPages()).last().asInstanceOf(LONG).isLessThan(64);
        assertThat(hot.killed()).isFalse();
        assertThat(hot.residentPages()).last().isEqualTo(2048L);
    }

    /// Nearly all that it has is in zram, and so in memory of the host: there the other finds room
    /// for all of its pages.
    @Test
    void anIdleGuestInZramGivesBackTheMemoryThatZramHasOfIt() {
        Neighbours scenario =
                scenario(
                        "guest.memory=16MiB",
                        "host.memory=20MiB",
                        "host.swap.size=250%",
                        "host.commands=[{at: 300ms, to: min_ttl_ms, write: '60000'}]",
                        "guests=[{name: cold, workload: idle}, {name: hot, pauseNanos: 2000}]",
                        "millis=600",
                        "configurations=[{name: x, lru: mglru}]");
        HostShare share = HostShare.of(scenario, SwapDeviceChoice.ZRAM);
        assertThat(share.usablePages()).isLessThan(4096);
        assertThat(share.usablePages() + share.zramPages()).isGreaterThan(4096 + 3 * 64);
        NeighboursResult.Run run = run(scenario, EngineChoice.VIRTUAL).runs().getFirst();
        NeighboursResult.Guest cold = run.guests().getFirst();
        NeighboursResult.Guest hot = run.guests().get(1);
        assertThat(cold.end().why()).isEqualTo(Why.MIN_TTL);
        assertThat(hot.killed()).isFalse();
        assertThat(hot.residentPages()).last().asInstanceOf(LONG).isGreaterThanOrEqualTo(4096);
    }

    @Test
    void whatPopulatingCostIsTold() {
        NeighboursResult.Run run =
                run(
                                scenario(
                                        "guest.memory=16MiB",
                                        "host.memory=64MiB",
                                        "host.swap.device=none",
                                        "guests=[{name: app, high: 90%}, {name: free}]",
                                        "configurations=[{name: x, lru: mglru}]"),
                                EngineChoice.VIRTUAL)
                        .runs()
                        .getFirst();
        NeighboursResult.GuestPopulating app = run.guests().getFirst().populating();
        NeighboursResult.GuestPopulating free = run.guests().get(1).populating();
        assertThat(app.memoryStat()).containsEntry("pgfault", 4096L);
        assertThat(app.memoryEvents().get("high")).isPositive();
        assertThat(app.throttledSeconds()).isBetween(app.seconds() * 0.9, app.seconds());
        assertThat(app.seconds()).isGreaterThan(10 * free.seconds());
        assertThat(run.populating().seconds()).isGreaterThanOrEqualTo(app.seconds());
        assertThat(free.throttledSeconds()).isZero();
        assertThat(free.memoryEvents()).containsEntry("high", 0L);
        // and after it nothing more is charged
        assertThat(run.guests().getFirst().memoryEvents()).containsEntry("high", 0L);
        assertThat(run.populating().vmstat()).containsEntry("pgfault", 2 * 4096L);
    }
}
