package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `gleaner replay` refuses, before it replays anything.
final class ReplayRefusalsTest {

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void bundledTraces() throws IOException {
        session = new Session(directory);
        SmallTrace.write(directory.resolve("traces/small.u32"), 0, 1, 2, 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replay | missing required",
                "replay small | missing required option: '--memory=SIZE' or '--curve'; see"
                        + " 'gleaner replay --help'",
                "replay --memory 1p | missing required parameter: 'TRACE'",
                "replay small --memroy 1p | --memroy: no such option; did you mean '--memory'?",
                "replay small --memory | --memory",
                "replay small --memory 0p | --memory: 0p is no memory at all; give",
                "replay small --memory 64GB | --memory: \"64GB\" may mean powers of 10",
                "replay small --memory 65TiB | --memory: 65TiB is more than 64TiB; give",
                "replay small --memory 1% | --memory 1% of small: 1% is less than one page",
                "replay smal --memory 1p | smal: no such trace; did you mean \"small\"?",
                "replay no/such.u32 --memory 1p | no/such.u32: no such file; check the path",
                "replay traces --memory 1p | traces: no such trace",
                "replay small --memory 1p --lru fifo | --lru: \"fifo\" is not one of mglru,"
                        + " classic",
                "replay small --memory 1p --kernel 6.6 | --kernel: \"6.6\" is not one of",
                "replay small --memory 1p --kernel 6.1 --lru mglur | did you mean \"mglru\"?",
                "replay small --memory 1p --aging v4 --through kvm | --aging: \"v4\" is not one of",
                "replay small --memory 1p --aging v3 | --aging: only a guest",
                "replay small --memory 1p --swap none --swap-size 1M | --swap-size: there is no swap",
                "replay small --memory 1p --swap-size 0p | --swap-size: 0p is no memory at all; give",
                "replay small --memory 1p --swap-size 1% | --swap-size 1% of small: 1% is less than",
                "replay small --memory 1p --swappiness 201 | --swappiness: 201 is out of range; give",
                "replay small --memory 1p --swappiness -1 | --swappiness: -1 is out of range; give",
                "replay small --memory 1p --thp sometimes | --thp: \"sometimes\" is not one of"
                        + " never, always",
                "replay small --memory 1p --thp always --backing memfd | --thp always: a memfd"
                        + " gets no huge pages; use",
                "replay small --memory 1p --page-cluster 10 | --page-cluster: 10 is out of range",
                "replay small --memory 1p --page-cluster x | --page-cluster: \"x\" is not a whole number",
                "replay small --memory 1p --lru-gen 16 | --lru-gen: \"16\" is not a set of lru_gen"
                        + " bits",
                "replay small --memory 1p --lru-gen 0x6 | --lru-gen: 0x6 switches mglru off",
                "replay small --memory 1p --lru classic --lru-gen 7 | --lru-gen: classic reclaim"
                        + " has",
                "replay small --memory 1p --lru classic --age-every 9 | --age-every: classic",
                "replay small --memory 1p --age-every -1 | --age-every: -1 is less than 0",
                "replay small --memory 1p --seed x | --seed: \"x\" is not a whole number; write digits",
                "replay small --memory 1p --seed 99999999999999999999 | --seed:"
                        + " \"99999999999999999999\" is too large a number",
                "replay small --memory 1p --engine turbo | --engine: \"turbo\" is not one of",
                "replay small --memory 1p --json=1 | --json",
                "replay small --memory 1p --memory 2p | --memory",
                "replay small --memory 1p,1p | --memory: \"1p\" is there twice; give each once",
                "replay small --memory 1p, | --memory: \"\" is not a size; write",
                "replay small --memory 1p,1% | --memory 1% of small: 1% is less than one page",
                "replay small --memory 1p --kernel 6.12,6.6 | --kernel: \"6.6\" is not one of",
                "replay small --memory 1p --lru mglru,classic --lru-gen 7 | --lru-gen: classic"
                        + " reclaim has",
                "replay small --memory 1p --through host,kvm --aging v3 | --aging: only a guest",
                "replay small --memory 1p --seeds 0 | --seeds: 0 is out of range; give 1 to 1000",
                "replay small --memory 1p --seeds x | --seeds",
                "replay small --memory 1p --curve | --memory: --curve says which sizes; leave it out",
                "replay small --curve 50%,x | --curve: \"x\" is not a size; write",
                "replay small --curve 50%,50% | --curve: \"50%\" is there twice; give each once",
                "replay small --curve 1% | --curve 1% of small: 1% is less than one page",
                "replay small --memory 1p --compare 6.12 | --compare: \"6.12\" is one thing; give",
                "replay small --memory 1p --compare 6.12,classic | --compare: \"classic\" is not one"
                        + " of 6.1, 6.12, 6.18, 7.2",
                "replay small --memory 1p --compare 6.13 | --compare: \"6.13\" is not one of 6.1,",
                "replay small --memory 1p --compare 6.1,6.12 --kernel 6.18 | --compare: --kernel is"
                        + " there as well; name",
                "replay small --memory 1p --compare locked,merged | --compare: only a guest",
                "replay small --memory 1p --policy lfu | --policy: \"lfu\" is not one of lru, fifo,",
                "replay small --memory 1p --policy lru,lru | --policy: \"lru\" is there twice",
                "replay small --memory 1p --page-size 16KiB | --page-size 16KiB: x86 has pages of"
                        + " 4KiB only; use --arch arm64",
                "replay small --memory 1p --arch arm64 --page-size 8KiB | --page-size: \"8KiB\" is"
                        + " not one of 4KiB, 16KiB, 64KiB",
                "replay small --memory 1p --arch arm64 --page-size 64KiB | --memory 4KiB of small:"
                        + " 4KiB is less than one page; give 16p (64KiB) or more",
                "replay @nothing --memory 1p | @nothing: no such trace",
            })
    void badUsageIsOneLineAndExitCode2(String line, String message) {
        assertThat(session.run(line.strip().split(" "))).isEqualTo(2);
        assertThat(session.err())
                .startsWith("gleaner: ")
                .contains(message.replace('"', '\''))
                .contains("; ")
                .hasLineCount(1)
                .doesNotContain("Exception");
        assertThat(session.out()).isEmpty();
        assertThat(session.replays).isEmpty();
    }

    @Test
    void everyTraceIsReadBeforeAnyIsReplayed() throws IOException {
        Path odd = Files.write(directory.resolve("odd.u32"), new byte[7]);
        assertThat(session.run("replay", "small", odd.toString(), "--memory", "1p")).isEqualTo(2);
        assertThat(session.err())
                .isEqualTo(
                        "gleaner: "
                                + odd
                                + ", byte 4: is no u32 from here on: a record has 3 of its 4 bytes;"
                                + " record or copy it again, or say with --format that it is not"
                                + " u32\n");
        assertThat(session.replays).isEmpty();
    }

    @Test
    void formsThatDoNotGoTogether() {
        String guest = "replay small --memory 1p --through kvm --arch arm64 ";
        refused(
                "replay small --memory 1p --through kvm --protected",
                "--protected: only arm64 guests can be kept from it; use --arch arm64");
        refused(
                "replay small --memory 1p --arch arm64 --protected",
                "--protected: there is no guest; use --through kvm");
        refused(
                guest + "--protected --hardware-af off",
                "--protected: its flags are never cleared; leave --hardware-af out");
        refused(
                guest + "--protected --host-memory 1G",
                "--protected: a host full of pinned pages ends by the OOM killer;");
        refused(
                "replay small --memory 1p --through kvm --aging v3-as-posted",
                "--aging: 'v3-as-posted' is a form of v3 on arm64 alone;");
    }

    private void refused(String line, String message) {
        assertThat(session.run(line.split(" "))).isEqualTo(2);
        assertThat(session.err()).contains(message);
    }
}
