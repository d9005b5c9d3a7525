package org.gleaner.lab.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.Ablation;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.Order;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class ScenarioReaderTest {

    static final List<String> BUNDLED = ScenarioReader.BUNDLED;

    @TempDir Path directory;

    @ParameterizedTest
    @FieldSource("BUNDLED")
    void everyBundledScenarioIsSoundAtEveryUsualScale(String kind) {
        for (String scale : List.of("1", "1/4", "1/16", "1/64", "1/1024")) {
            Scenario scenario = ScenarioReader.read(kind, List.of(), Scale.parse(scale));
            assertThat(scenario.name()).isEqualTo(kind);
        }
    }

    @Test
    void theDefaultIsTheCoverLettersMachine() {
        MaxGuestMemory scenario = maxGuestMemory();

        assertThat(scenario.host().cpus()).isEqualTo(64);
        assertThat(scenario.guest().vcpus()).isEqualTo(64);
        assertThat(scenario.hostPages()).isEqualTo(64L << 20);
        assertThat(scenario.guestPages()).isEqualTo(64L << 20);
        assertThat(scenario.slotPages()).isEqualTo(64L << 20);
        assertThat(scenario.swapPages()).isEqualTo(64L << 20);
        assertThat(scenario.minFreePages()).isEqualTo(16_384);
        assertThat(scenario.guest().backing()).isEqualTo(Backing.MEMFD);
        assertThat(scenario.host().lruGen()).isEqualTo(LruGenChoice.ALL);
        assertThat(scenario.ablations()).containsExactly(Ablation.values());
        assertThat(scenario.configurations())
                .containsExactly(
                        new Configuration(
                                "before", Lru.MGLRU, Kernel.V6_12, AgingChoice.LOCKED_FLUSH),
                        new Configuration("after", Lru.MGLRU, Kernel.V6_12, AgingChoice.V1),
                        new Configuration(
                                "off", Lru.CLASSIC, Kernel.V6_12, AgingChoice.LOCKED_FLUSH));
    }

    @Test
    void aFileNeedOnlySayWhatDiffers() {
        Scenario scenario =
                read(
                        """
                        kind: mmu-stress
                        name: mine
                        guest:
                          vcpus: 4
                        host:   # nothing below: stays as it was
                        """);

        assertThat(scenario).isInstanceOf(MmuStress.class);
        assertThat(scenario.name()).isEqualTo("mine");
        assertThat(scenario.guest().vcpus()).isEqualTo(4);
        assertThat(scenario.guest().tlbEntries()).isEqualTo(1536);
        assertThat(scenario.host().cpus()).isEqualTo(16);
        assertThat(scenario.backingPages()).isEqualTo(512 << 10);
    }

    @Test
    void withoutAKindItIsMaxGuestMemory() {
        assertThat(read("seed: 7")).isInstanceOf(MaxGuestMemory.class);
    }

    @Test
    void configurationsTakeWhatTheyLeaveOutFromTheHost() {
        Scenario scenario =
                read(
                        """
                        host: {kernel: 6.18, lru: classic}
                        configurations:
                          - name: plain
                          - {name: old, kernel: 6.1}
                          - {name: own, lru: mglru, aging: v3}
                        """);

        assertThat(scenario.configurations())
                .containsExactly(
                        new Configuration("plain", Lru.CLASSIC, Kernel.V6_18, AgingChoice.MERGED),
                        new Configuration(
                                "old", Lru.CLASSIC, Kernel.V6_1, AgingChoice.LOCKED_FLUSH),
                        new Configuration("own", Lru.MGLRU, Kernel.V6_18, AgingChoice.V3));
    }

    @Test
    void whatAScenarioCountsInPagesIsOfItsHosts() {
        Scenario scenario =
                read(
                        """
                        host: {arch: arm64, memory: 256MiB, pageSize: 16KiB}
                        guest: {memory: 64MiB, slotSize: 50%, vcpus: 2}
                        configurations:
                          - {name: same}
                          - {name: larger, pageSize: 64KiB}
                          - {name: smaller, arch: x86, pageSize: 4KiB}
                        """);
        assertThat(scenario.hostPages()).isEqualTo(16_384);
        assertThat(scenario.guestPages()).isEqualTo(4096);
        assertThat(scenario.slotPages()).isEqualTo(2048);
        Configuration larger = scenario.configurations().get(1);
        assertThat(scenario.on(scenario.configurations().getFirst())).isSameAs(scenario);
        assertThat(scenario.on(larger).hostPages()).isEqualTo(4096);
        assertThat(scenario.on(larger).guestPages()).isEqualTo(1024);
        assertThat(scenario.on(scenario.configurations().get(2)).guestPages()).isEqualTo(16_384);
        assertThat(scenario.on(larger).minFreePages() * 4)
                .isCloseTo(scenario.minFreePages(), within(4L));
    }

    @Test
    void aHostHasAProcessorAndEachConfigurationMayHaveAnother() {
        Scenario scenario =
                read(
                        """
                        host: {arch: arm64, hardwareAccessed: false}
                        configurations:
                          - {name: without}
                          - {name: with, hardwareAccessed: true}
                          - {name: other, arch: x86, hardwareAccessed: true}
                        """);

        assertThat(scenario.configurations())
                .extracting(Configuration::arch)
                .containsExactly(ArchChoice.ARM64, ArchChoice.ARM64, ArchChoice.X86);
        assertThat(scenario.configurations())
                .extracting(each -> each.lruGen(scenario.host()).bits())
                .containsExactly(0x1, 0xb, 0xf);
        assertThat(scenario.configurations())
                .extracting(each -> scenario.host().costs().on(each.arch()))
                .containsExactly(
                        CostModelChoice.ARM64_N1,
                        CostModelChoice.ARM64_N1,
                        CostModelChoice.X86_ZEN2);
        assertThat(read("host: {costs: arm64-n1}").host().costs().on(ArchChoice.X86))
                .isEqualTo(CostModelChoice.ARM64_N1);
    }

    @Test
    void overridesAreLaidOverTheFileInTheirOrder() {
        Scenario scenario =
                read(
                        """
                        guest: {vcpus: 4}
                        configurations: [{name: a}, {name: b}, {name: c}]
                        """,
                        "host.cpus=128",
                        "guest.vcpus=100",
                        "guest.vcpus=120",
                        "host.swap={device: disk, size: 1TiB}",
                        "configurations.0.aging=two-bitmaps",
                        "configurations.2.name=classic");

        assertThat(scenario.host().cpus()).isEqualTo(128);
        assertThat(scenario.guest().vcpus()).isEqualTo(120);
        assertThat(scenario.host().swap().device()).isEqualTo(SwapDeviceChoice.DISK);
        assertThat(scenario.host().swap().pageCluster()).isZero();
        assertThat(scenario.swapPages()).isEqualTo(256L << 20);
        assertThat(scenario.configurations().get(0).aging()).isEqualTo(AgingChoice.TWO_BITMAPS);
        assertThat(scenario.configurations().get(2).name()).isEqualTo("classic");
    }

    @Test
    void whatAFileDoesNotSayComesFromNoOtherExperiment() {
        Neighbours neighbours =
                (Neighbours) read("kind: neighbours\nguests: [{name: cold}]\nhost: {cpus: 3}");
        assertThat(neighbours.guests()).hasSize(1);
        assertThat(neighbours.host().commands()).isEmpty();
        assertThat(neighbours.host().cpus()).isEqualTo(3);
        assertThat(neighbours.millis()).isEqualTo(4000);
        Configuration alone =
                new Configuration("host", Lru.MGLRU, Kernel.V6_12, AgingChoice.LOCKED);
        assertThat(neighbours.configurations()).containsExactly(alone);

        for (String kind : ScenarioReader.KINDS) {
            String guests = kind.equals(Neighbours.KIND) ? "\nguests: [{name: a}]" : "";
            Scenario scenario = read("kind: " + kind + guests);
            assertThat(scenario.configurations()).as(kind).containsExactly(alone);
            assertThat(scenario.host().commands()).as(kind).isEmpty();
        }
        assertThat(ScenarioReader.read(Neighbours.KIND, List.of(), Scale.FULL).host().commands())
                .hasSize(1);
    }

    @Test
    void guestsThatAreAlikeAreWrittenOnce() {
        String more =
                ", workload: phases, phases: [{name: p, passes: 1, touches: [{memory: 25%}]}]";
        Neighbours neighbours =
                (Neighbours)
                        read(
                                "kind: neighbours\nhost: {memory: 128GiB}\n"
                                        + "guests: [{name: vm, count: 3, memory: 16GiB"
                                        + more
                                        + "}, {name: other, populates: 1GiB, workingSet: 1%}]");
        assertThat(neighbours.guests())
                .extracting(Neighbour::name)
                .containsExactly("vm1", "vm2", "vm3", "other");
        assertThat(neighbours.guests().get(2).phases())
                .containsExactly(
                        new WorkPhase(
                                "p",
                                1,
                                0,
                                0,
                                List.of(
                                        new ObjectTouch(
                                                Order.LOOP,
                                                Limit.parse("0"),
                                                Size.parse("25%"),
                                                Size.parse("4KiB"),
                                                1,
                                                ObjectTouch.ALWAYS,
                                                false,
                                                false))));
        assertThat(neighbours.backingPages()).isEqualTo((3 * 16L + 1) << 18);
        assertThat(neighbours.allGuestPages()).isEqualTo((3 * 16L + 32) << 18);
    }

    @Test
    void aFileMaySayWhatItIsRunAt() throws IOException {
        assertThat(ScenarioReader.open("spark-vm", Input.ofProcess()).scale()).hasToString("1/256");
        assertThat(ScenarioReader.open("neighbours", Input.ofProcess()).scale()).isNull();
        Path bad = Files.writeString(directory.resolve("bad.yaml"), "scale: tiny\n");
        assertThatThrownBy(() -> ScenarioReader.open(bad.toString(), Input.ofProcess()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("bad.yaml:1:1: scale");
    }

    @Test
    void theOlderSpellingOfCommandsSaysTheSame() {
        String guests = "kind: neighbours\nguests: [{name: a}, {name: b}]\nseed: 3\n";
        Scenario older =
                read(
                        guests
                                + """
                                host:
                                  kernel: 6.18
                                  commands: [{at: 0s, to: min_ttl_ms, write: "0"}]
                                writes:
                                  - {atMillis: 500, guest: a, file: memory.reclaim, value: 25%, swappiness: 60}
                                  - {atMillis: 700, guest: a, file: memory.reclaim, value: 1M, swappiness: 7}
                                  - {atMillis: 800, guest: a, file: memory.reclaim, value: 1M, swappiness: 201}
                                  - {atMillis: 2000, guest: b, file: memory.max, value: max}
                                """);
        Scenario today =
                read(
                        guests
                                + """
                                host:
                                  kernel: 6.18
                                  commands:
                                    - {at: 0s, to: min_ttl_ms, write: "0"}
                                    - {at: populated+500ms, to: memory.reclaim, guest: a, write: 25%}
                                    - {at: populated+700ms, to: memory.reclaim, guest: a, write: 1M swappiness=7}
                                    - {at: populated+800ms, to: memory.reclaim, guest: a, write: 1M swappiness=max}
                                    - {at: populated+2000ms, to: memory.max, guest: b, write: max}
                                """);
        assertThat(older).isEqualTo(today);
        assertThat(older.host().commands().get(2).place())
                .hasToString(directory.resolve("s.yaml") + ":9:5");
    }

    @Test
    void sizesInCommandsAreScaled() {
        String setting =
                "host.commands=[{at: 0s, to: memory.max, guest: hot, write: 1GiB}, {at: 0s, to:"
                        + " memory.reclaim, guest: hot, write: 64M swappiness=3}, {at: 0s, to:"
                        + " memory.reclaim, guest: hot, write: 10%}]";
        Scenario small =
                ScenarioReader.read(Neighbours.KIND, List.of(setting), Scale.parse("1/64"));
        assertThat(small.host().commands().stream().map(HostCommand::write))
                .containsExactly("16MiB", "1MiB swappiness=3", "10%");
    }

    @Test
    void aListIsReplacedAsAWhole() {
        Scenario scenario = read("seed: 1", "configurations=[{name: one}]", "ablations=[]");

        assertThat(scenario.configurations()).hasSize(1);
        assertThat(((MaxGuestMemory) scenario).ablations()).isEmpty();
    }

    @Test
    void scaleShrinksMemoryAndWatermarksButNotCpus() {
        Scenario scenario = ScenarioReader.read("max-guest-memory", List.of(), Scale.parse("1/64"));

        assertThat(scenario.host().cpus()).isEqualTo(64);
        assertThat(scenario.hostPages()).isEqualTo(1 << 20);
        assertThat(scenario.guestPages()).isEqualTo(1 << 20);
        assertThat(scenario.slotPages()).isEqualTo(1 << 20);
        assertThat(scenario.swapPages()).isEqualTo(1 << 20);
        assertThat(scenario.minFreePages()).isEqualTo(256);
    }

    @Test
    void scaleKeepsTheNumberOfSlots() {
        Scenario scenario = ScenarioReader.read("mmu-stress", List.of(), Scale.parse("1/3"));

        assertThat(scenario.guestPages() % scenario.slotPages()).isZero();
        assertThat(scenario.guestPages() / scenario.slotPages()).isEqualTo(64);
    }

    @Test
    void sharesAreOfWhatTheCommentsSay() {
        Scenario scenario =
                read(
                        """
                        host: {memory: 60%, swap: {size: 50%}, watermarks: {minFree: 1%}}
                        guest: {memory: 100GiB, slotSize: 25%}
                        """);

        assertThat(scenario.hostPages()).isEqualTo(15 << 20);
        assertThat(scenario.swapPages()).isEqualTo((15 << 20) / 2);
        assertThat(scenario.minFreePages()).isEqualTo((15 << 20) / 100);
        assertThat(scenario.slotPages()).isEqualTo(25 << 18);
    }

    @Test
    void minFreeIsTheKernelsFormulaBetweenItsBounds() {
        MinFree auto = MinFree.parse("auto");
        assertThat(auto.bytes(16L << 30)).isEqualTo(16_384 << 10);
        assertThat(auto.bytes(1 << 20)).isEqualTo(128 << 10);
        assertThat(auto.bytes(64L << 40)).isEqualTo(256 << 20);
    }

    @Test
    void pageTablesAreCountedByLevel() {
        assertThat(Checks.tables(1, 512)).isEqualTo(4);
        assertThat(Checks.tables(513, 512)).isEqualTo(5);
        assertThat(Checks.tables(64L << 20, 512)).isEqualTo((128 << 10) + 256 + 1 + 1);
    }

    private static MaxGuestMemory maxGuestMemory() {
        return (MaxGuestMemory) ScenarioReader.read("max-guest-memory", List.of(), Scale.FULL);
    }

    private Scenario read(String yaml, String... settings) {
        try {
            var file = Files.writeString(directory.resolve("s.yaml"), yaml);
            return ScenarioReader.read(file.toString(), List.of(settings), Scale.FULL);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
