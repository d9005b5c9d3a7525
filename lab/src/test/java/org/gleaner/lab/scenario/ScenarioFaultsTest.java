package org.gleaner.lab.scenario;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Everything that can be wrong with a scenario ends in one line with the place and the mend.
final class ScenarioFaultsTest {

    @TempDir Path directory;

    @Test
    void anUnknownKeyHasItsPlaceAndTheNearestKey() {
        file("seed: 1\nguest:\n  memory: 1GiB\n  vcpu: 4\n")
                .hasMessageEndingWith(
                        "s.yaml:4:3: unknown key 'vcpu' in guest; did you mean 'vcpus'?");
        file("host:\n  swap: {device: zram, page-cluster: 0}\n")
                .hasMessageEndingWith(
                        "s.yaml:2:24: unknown key 'page-cluster' in host.swap;"
                                + " did you mean 'pageCluster'?");
        file("colour: red\n")
                .hasMessageEndingWith(
                        "s.yaml:1:1: unknown key 'colour';"
                                + " known: name, seed, host, guest, configurations, ablations");
        file("configurations:\n  - name: a\n    agin: v1\n")
                .hasMessageEndingWith(
                        "s.yaml:3:5: unknown key 'agin' in configurations.0;"
                                + " did you mean 'aging'?");
    }

    @Test
    void aKeyThatIsWrittenTooHighIsToldWhereItBelongs() {
        file("threadsPerCore: 2\n")
                .hasMessageEndingWith(
                        "s.yaml:1:1: unknown key 'threadsPerCore';"
                                + " did you mean 'host.threadsPerCore'?");
        file("memory: 1GiB\n")
                .hasMessageEndingWith("did you mean 'host.memory' or 'guest.memory'?");
        file("host: {device: zram}\n")
                .hasMessageEndingWith(
                        "unknown key 'device' in host; did you mean 'host.swap.device'?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "guests.0.count=0 | count '0' is no number of guests; give 1 to 64",
                "guests.0.count=65 | count '65' is no number of guests; give 1 to 64",
                "guests.0.count=all | count 'all' is no number of guests; give 1 to 64",
                "guests.0.rounds=101 | 101 is out of range; give 1 to 100",
                "guests.0.rounds=0 | 0 is out of range; give 1 to 100",
                "guests.0.phases=[] | guests.0.phases=[]: has 0 items; give 1 to 16",
                "guests.0.workload=loop | with workload loop goes through none; set workload: phases",
                "guests.0.populates=7GiB | guests.0.populates=7GiB: 1835008 pages of 1572864 for 2",
                "guests.0.phases.0.millis=0 | passes 0 and millis 0; say with one of them when it ends",
                "guests.0.phases.0.passes=2 | passes 2 and millis 20000; say with one of them",
                "guests.0.phases.0.passes=1001 | 1001 is out of range; give 0 to 1000",
                "guests.0.phases.1.name=warm-up | : 'warm-up' is taken; give each its own name",
                "guests.0.phases.0.workNanos=-1 | -1 is out of range; give 0 to 1000000000",
                "guests.0.phases.0.touches=[] | has 0 items; give 1 to 8",
                "guests.0.phases.0.touches.0.order=chaos | : 'chaos' is not one of loop, random, chase",
                "guests.0.phases.0.touches.0.from=1GiB | reaches beyond the 1100800 pages",
                "guests.0.phases.0.touches.0.from=max | reaches beyond the 1100800 pages",
                "guests.0.phases.0.touches.0.memory=6GiB | reaches beyond the 1100800 pages",
                "guests.0.phases.0.touches.0.object=2GiB | 2GiB is no size of an object; give an",
                "guests.0.phases.0.touches.0.object=5% | 5% is no size of an object; give an amount",
                "guests.0.phases.0.touches.0.memory=4KiB | 4KiB has not an object of 256KiB for each",
                "guests.0.phases.0.touches.0.times=0 | 0 is out of range; give 1 to 1000",
                "guests.0.phases.0.touches.0.percent=0 | 0 is out of range; give 1 to 100",
                "configurations.0.aging=merged | merged' never flushes; leave it out",
                "guests.0.phases.0.touches.0.loop=1 | unknown key 'loop' in guests.0.phases.0.touches.0",
            })
    void aGuestsWorkThatCannotBeIsToldInOneLine(String setting, String message) {
        assertThatThrownBy(
                        () -> ScenarioReader.read("multichase-vms", List.of(setting), Scale.FULL))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aBadValueHasItsPlace() {
        file("host:\n  memory: 256GB\n")
                .hasMessageEndingWith(
                        "s.yaml:2:11: host.memory: '256GB' may mean powers of 10 or of 2;"
                                + " write 256GiB (sizes are powers of 2)");
        file("host:\n  cpus: many\n")
                .hasMessageEndingWith(
                        "s.yaml:2:9: host.cpus: 'many' is not a whole number;"
                                + " write digits alone, such as 64");
        file("host: {cpus: 99999999999}")
                .hasMessageContaining("1:14: host.cpus: '99999999999' is too large a number");
        file("host: {cpus: 64, sockets: 2, coresPerCache: 5}")
                .hasMessageContaining("64 cores on 2 sockets, 5 to a cache;");
        file("host: {coresPerCache: -1}").hasMessageContaining("-1 is out of range; give 0 to");
        file("host: {lru: mglur}").hasMessageContaining("did you mean 'mglru'?");
        file("host: {kernel: 6.6}").hasMessageContaining("host.kernel: '6.6' is not one of");
        file("host: {kernel: 6.6}\nconfigurations: [{name: a}]")
                .hasMessageContaining("1:16: host.kernel: '6.6' is not one of 6.1, 6.12, 6.18");
        file("host: {lruGen: 16}").hasMessageContaining("not a set of lru_gen bits");
        file("kind: access-tracking\nbenchmark: maybe")
                .hasMessageContaining("benchmark: 'maybe' is not true or false");
        file("configurations:\n  - name: a\n    aging: v4\n")
                .hasMessageContaining("s.yaml:3:12: configurations.0.aging: 'v4' is not one of");
        file("host: {commands: [{at: 2, to: lru_gen, write: x}]}")
                .hasMessageEndingWith(
                        "s.yaml:1:24: host.commands.0.at: '2' is no length of time;"
                                + " write 2s, 500ms, or populated+2s");
        file("host: {commands: [{at: 2s, to: lru_gn, write: x}]}")
                .hasMessageContaining("did you mean 'lru_gen'?");
        file("host: {commands: [{at: 2s, too: lru_gen, write: x}]}")
                .hasMessageContaining("unknown key 'too' in host.commands.0; did you mean 'to'?");
        file("host: {commands: [{at: 2s, to: lru_gen}]}")
                .hasMessageContaining("host.commands.0 lacks 'write'");
        file("ablations: [flush-of]").hasMessageContaining("did you mean 'flush-off'?");
    }

    @Test
    void onlyArm64HasLargerPages() {
        file("host: {pageSize: 16KiB}\n")
                .hasMessageEndingWith(
                        "s.yaml:1:18: host.pageSize: the host of 'host': x86 has pages of 4KiB"
                                + " only; use arch: arm64, or pageSize: 4KiB");
        file("host: {pageSize: 8KiB}\n").hasMessageContaining("'8KiB' is not one of 4KiB, 16KiB");
        file("configurations:\n  - {name: a, arch: arm64, pageSize: 64KiB}\n"
                        + "  - {name: b, pageSize: 64KiB}\n")
                .hasMessageContaining("configurations.1.pageSize: the host of 'b': x86 has");
        file("kind: dirty-log-perf\nhugetlb: 2m\npml: false\n"
                        + "host: {arch: arm64, pageSize: 16KiB}\n")
                .hasMessageContaining("pools of 2m pages are for base pages of 4KiB");
    }

    @Test
    void aProcessorWithoutAnAccessFlagIsNoX86() {
        file("host: {arch: arm46}").hasMessageContaining("did you mean 'arm64'?");
        file("host:\n  hardwareAccessed: false\n")
                .hasMessageEndingWith(
                        "s.yaml:2:21: host.hardwareAccessed: the x86 host of 'host' sets accessed"
                                + " bits by itself; use arch: arm64, or guest.format: ept-noad");
        file("configurations:\n  - {name: a, hardwareAccessed: false}\n")
                .hasMessageContaining(
                        "s.yaml:2:33: configurations.0.hardwareAccessed: the x86 host of 'a'");
        file("host: {arch: arm64}\nconfigurations:\n  - {name: a, arch: x86}\n  - {name: b,"
                        + " hardwareAccessed: off}\n")
                .hasMessageContaining("hardwareAccessed: 'off' is not true or false");
        file("kind: dirty-log-perf\nhost: {arch: arm64}\n")
                .hasMessageEndingWith(
                        "s.yaml:2:14: host.arch: no hardware of arm64 notes what it makes dirty;"
                                + " use pml: false");
    }

    @Test
    void aFaultInACommandHasItsPlaceHoweverItIsSpelled() {
        file("host:\n  commands:\n    - {at: 1s, to: lru_gen, write: age}\n")
                .hasMessageContaining(
                        "s.yaml:3:36: host.commands.0.write: 'age' is no command of 6.12's lru_gen;");
        String guests = "kind: neighbours\nguests: [{name: a}, {name: b}]\n";
        file(guests + "host:\n  commands:\n    - {at: 1s, to: memory.max, guest: c, write: 1M}\n")
                .hasMessageEndingWith(
                        "s.yaml:5:39: host.commands.0.guest: there is no guest 'c'; known: a, b");
        file(guests + "writes:\n  - {atMillis: 1, guest: c, file: memory.max, value: 1M}\n")
                .hasMessageEndingWith(
                        "s.yaml:4:26: writes.0.guest: there is no guest 'c'; known: a, b");
        file(guests + "writes:\n  - {atMillis: 1, guest: a, file: memory.max, value: 1}\n")
                .hasMessageContaining("s.yaml:4:54: writes.0.value: '1' has no unit");
    }

    @Test
    void guestsAreNobodyElses() {
        file("kind: neighbours\n")
                .hasMessageEndingWith("s.yaml:1:1: a scenario lacks 'guests'; add it");
    }

    @Test
    void aWrongFormHasItsPlace() {
        file("host: 64\n").hasMessageContaining("s.yaml:1:7: host holds keys, not '64'");
        file("host: [1]\n").hasMessageContaining("host holds keys, not a list");
        file("guest:\n  vcpus: {a: 1}\n")
                .hasMessageContaining("guest.vcpus is one value, not keys");
        file("guest:\n  vcpus:\n").hasMessageContaining("guest.vcpus has no value");
        file("configurations: x").hasMessageContaining("configurations is a list, not 'x'");
        file("configurations:\n").hasMessageContaining("configurations has no value");
        file("configurations: [a]").hasMessageContaining("configurations.0 holds keys, not 'a'");
        file("configurations: [{lru: mglru}]")
                .hasMessageContaining("1:18: configurations.0 lacks 'name'; add it");
    }

    @Test
    void whatIsNoYamlIsRefused() {
        file("host: {cpus: 4\n").hasMessageContaining("s.yaml:");
        file("host:\n\tcpus: 4\n").hasMessageContaining("s.yaml:2:");
        file("a: 1\na: 2\n").hasMessageContaining("s.yaml:2:1: 'a' was already given at");
        file("seed: 1\n---\nseed: 2\n").hasMessageContaining("a second document starts here");
        file("a: &x 1\nb: *x\n").hasMessageContaining("aliases are not read");
        file("seed: !!binary aGk=\n").hasMessageContaining("s.yaml:1:");
        file("").hasMessageContaining("nothing is written here");
        file("# only a comment\n").hasMessageContaining("nothing is written here");
        file("- 1\n").hasMessageContaining("s.yaml:1:1: is not a scenario");
        file("hello").hasMessageContaining("is not a scenario");
        file("[".repeat(5000)).hasMessageContaining("s.yaml: is not valid YAML");
        file("\0").hasMessageContaining("s.yaml");
    }

    @Test
    void aFileThatIsNoneIsRefused() throws IOException {
        word("none.yaml").hasMessage("none.yaml: no such file; check the path");
        word("mmu-stres").hasMessage("mmu-stres: no such scenario; did you mean 'mmu-stress'?");
        word(directory.toString()).hasMessageContaining("is a directory");
        word("").hasMessageContaining(";");
        word("a\0b.yaml").hasMessageContaining("is no name of a file");
        Path latin = directory.resolve("latin.yaml");
        Files.write(latin, "name: \u00e4".getBytes(StandardCharsets.ISO_8859_1));
        word(latin.toString()).hasMessageContaining("is not UTF-8 text");
        Path large = Files.write(directory.resolve("large.yaml"), new byte[(3 << 20) + 1]);
        word(large.toString()).hasMessageContaining("too large");
    }

    @Test
    void anUnknownKindGetsTheNearest() {
        file("kind: max-guest-memroy")
                .hasMessageEndingWith(
                        "s.yaml:1:7: kind: 'max-guest-memroy' is not one of max-guest-memory,"
                                + " access-tracking, mmu-stress, neighbours, pfn-designs,"
                                + " dirty-log-perf, demand-paging, architectures;"
                                + " did you mean 'max-guest-memory'?");
        file("kind: [1]").hasMessageContaining("kind: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "guest.vcpus=0 | guest.vcpus=0: 0 is out of range; give 1 to 1024",
                "host.cpus=2000 | host.cpus=2000: 2000 is out of range; give 1 to 1024",
                "host.memory=65TiB | 65TiB is more than 64TiB",
                "guest.memory=0 | has no unit",
                "guest.memory=0G | 0G is no memory at all",
                "guest.memory=50% | a share of nothing",
                "host.memory=512MiB | is less than page tables and watermarks need",
                "host.swap.device=none | do not fit",
                "host.swap.size=1p | 256GiB of guest memory do not fit the 254.9GiB of memory and"
                        + " swap",
                "host.threadsPerCore=9 | 9 is out of range; give 1 to 8",
                "guest.memory=64TiB | guest.memory=64TiB: 256GiB is less than page tables",
                "host.swap.pageCluster=10 | 10 is out of range; give 0 to 9",
                "host.watermarks.scaleFactor=0 | give 1 to 3000",
                "host.watermarks.minFree=60% | give at most half of host.memory",
                "host.lruGen=0x6 | switches mglru off",
                "guest.slotSize=3GiB | do not make up",
                "guest.slotSize=512GiB | do not make up",
                "guest.slotSize=1MiB | do not make up",
                "guest.slotSize=100B | less than one page",
                "guest.tlbEntries=-1 | give 0 to 65536",
                "name=../x | cannot name a result",
                "name=-x | cannot name a result",
                "configurations=[] | has 0 items; give 1 to 32",
                "configurations.1.name=before | is taken; give each its own name",
            })
    void whatDoesNotHoldIsRefusedWhereItWasSet(String setting, String message) {
        assertThatThrownBy(
                        () -> ScenarioReader.read("max-guest-memory", List.of(setting), Scale.FULL))
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("--set " + setting + ": ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "access-tracking | configurations.0.lru=classic | no generations to track by",
                "access-tracking | host.memory=1GiB | do not fit",
                "mmu-stress | protectRounds=0 | give 1 to 1000",
                "architectures | rounds=0 | give 1 to 1000",
                "architectures | accessPercent=10001 | give 1 to 10000",
                "architectures | writePercent=101 | give 0 to 100",
                "architectures | pieces=1B | 4KiB",
                "dirty-log-perf | iterations=0 | give 1 to 1000",
                "dirty-log-perf | writePercent=101 | give 0 to 100",
                "dirty-log-perf | endings=[] | give 1 to 3",
                "dirty-log-perf | endings=[recover, recover] | name each once",
                "dirty-log-perf | endings=[zap] | give one of them",
                "dirty-log-perf | guest.format=npt | use pml: false",
                "dirty-log-perf | mode=none | give one of them",
                "dirty-log-perf | host.memory=256GiB | give more, or less guest.memory",
                "dirty-log-perf | guest.memory=3MiB | give slots a multiple of that",
                "neighbours | guests=[] | has 0 items; give 1 to 64",
                "neighbours | guests=[{name: vm, count: 64, vcpus: 64}] | 4,096 vcpus; give at most 4,000",
                "neighbours | host.memory=20GiB | 64GiB of guest memory do not fit",
                "neighbours | guests.1.name=hot | is taken",
                "neighbours | guests.0.workingSet=33GiB | give at most its memory",
                "neighbours | guests.0.memory=0% | guests.0.memory=0%: a size of 0% is out of range",
                "neighbours | guests.0.memory=0.000001% | guests.0.memory=0.000001%: 0.000001% is less than",
                "neighbours | guests.0.memory=1p | guests.0.memory=1p: 4KiB for 2 vcpus; give at least",
                "neighbours | guests.0.vcpus=0 | guests.0.vcpus=0: 0 is out of range; give 1 to 1024",
                "neighbours | guests.0.vcpus=two | guests.0.vcpus=two: 'two' is not a whole number",
                "neighbours | guests.1.swapMax=some | guests.1.swapMax=some: 'some' is not a size; write",
                "neighbours | host.swappiness=201 | host.swappiness=201: 201 is out of range; give 0 to 200",
                "neighbours | guests.0.workload=loops | did you mean 'loop'",
                "neighbours | guests.0.max=lots | lots' is not a size; write",
                "neighbours | guests.0.max=lots | , or 0, or max",
                "neighbours | guests.0.low=100B | --set guests.0.low=100B: 100B is less than one page",
                "neighbours | guests.0.pauseNanos=-1 | give 0 to 1000000000",
                "neighbours | guests.0.limit=1GiB | unknown key 'limit' in guests.0",
                "neighbours | host.commands.0.guest=warm | there is no guest 'warm'; known: cold, hot",
                "neighbours | host.commands.0.to=memory.limit | is not one of lru_gen",
                "neighbours | host.commands.0.at=populated+4001ms | host.commands.0.at=populated+4001ms: populated+4001ms"
                        + " is after the end, 4000 ms after that; give at most populated+4000ms",
                "neighbours | host.commands.0.at=populated2s | is no instant; write 2s, 500ms, or populated+2s",
                "neighbours | host.commands.0.write=max | nothing that can be reclaimed; write a size",
                "neighbours | host.commands.0.write=1M swappines=1 | nothing that can be reclaimed",
                "neighbours | host.commands.0.write=1M swappiness=max | swappiness=max is nothing that"
                        + " memory.reclaim takes in 6.12; give 0 to 200 (since 6.12) or max (since 6.18)",
                "neighbours | host.commands.0={to: memory.high, write: lots} | lots' is not a size",
                "neighbours | host.commands=[{at: 1s, to: memory.high, write: 1M}] | memory.high is a"
                        + " guest's; add guest: cold",
                "neighbours | host.commands.0={to: min_ttl_ms, write: '1'} | is the host's; leave out",
                "pfn-designs | devicePages=24 | give a power of two",
                "pfn-designs | devicePages=1024 | give 0 to 512",
                "pfn-designs | logRounds=0 | give 1 to 100",
                "mmu-stress | host.commands=[{at: 1s, to: memory.high, guest: a, write: 1M}] | use it in a"
                        + " scenario of neighbours",
                "mmu-stress | host.commands=[{at: populated+1s, to: min_ttl_ms, write: 1}] | is an instant"
                        + " of neighbours; give one on the host's clock, such as 1s",
                "neighbours | writes=[{atMillis: 1, guest: warm, file: memory.max, value: 1M}] |"
                        + " writes.0.guest: there is no guest 'warm'; known: cold, hot",
                "neighbours | writes=[{atMillis: 4001, guest: hot, file: memory.max, value: 1M}] |"
                        + " writes.0.atMillis: populated+4001ms is after the end",
                "neighbours | writes=[{atMillis: -1, guest: hot, file: memory.max, value: 1M}] |"
                        + " writes.0.atMillis: -1 is out of range; give 0 or more",
                "neighbours | writes=[{atMillis: 1, guest: hot, file: lru_gen, value: 1M}] |"
                        + " writes.0.file: lru_gen is no cgroup's",
                "neighbours | writes=[{atMillis: 1, guest: hot, file: memory.max, valu: 1M}] | did you mean"
                        + " 'value'",
                "neighbours | writes=3 | writes is a list",
                "neighbours | millis=0 | give 1 to 600000",
                "neighbours | samples=0 | give 1 to 1000",
            })
    void eachKindHasItsOwnChecks(String kind, String setting, String message) {
        assertThatThrownBy(() -> ScenarioReader.read(kind, List.of(setting), Scale.FULL))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "=",
                "=1",
                "host.cpus",
                "host.cpus=",
                "host..cpus=1",
                ".=1",
                "seed.x=1",
                "kind=mmu-stress",
                "configurations.9.name=x",
                "configurations.x.name=x",
                "configurations.-1.name=x",
                "host.cpu=1",
                "host.x.y=1",
                "host={cpus: 4",
                "seed=a: b: c",
                "host=4",
                "seed=[1]",
                "guest.vcpus.0=1"
            })
    void badOverridesAreRefused(String setting) {
        assertThatThrownBy(
                        () -> ScenarioReader.read("max-guest-memory", List.of(setting), Scale.FULL))
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("--set " + setting)
                .hasMessageMatching("[^\\n]+: [^\\n]+; [^\\n]+");
    }

    @Test
    void whatOnlyTheScaleBreaksNamesTheScale() {
        assertThatThrownBy(() ->
                        ScenarioReader.read(
                                "max-guest-memory",
                                List.of("guest.memory=1GiB"),
                                Scale.parse("1/65536")))
                .hasMessageStartingWith("--scale 1/65536: guest.memory: 16KiB for 64 vcpus");
    }

    private AbstractThrowableAssert<?, ? extends Throwable> file(String yaml) {
        try {
            return word(Files.writeString(directory.resolve("s.yaml"), yaml).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> word(String word) {
        return assertThatThrownBy(() -> ScenarioReader.read(word, List.of(), Scale.FULL))
                .isInstanceOf(BadInput.class)
                .hasMessageMatching("[^\\n]*; [^\\n]+");
    }
}
