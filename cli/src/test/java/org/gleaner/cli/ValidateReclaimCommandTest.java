package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.ReplayRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ValidateReclaimCommandTest {

    private static final String HEADING =
            "kernel,trace,mode,kind,swap,page_cluster,age_every,mem_pages,accesses,distinct,rep,"
                    + "majflt,pswpout,pgscan,pgsteal,pgactivate,pgdeactivate\n";

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void aLoop() throws IOException {
        session = new Session(directory);
        trace(Files.createDirectory(directory.resolve("traces")).resolve("loop.u32"), 300, 100);
    }

    private static void trace(Path file, int accesses, int pages) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(accesses * 4).order(ByteOrder.LITTLE_ENDIAN);
        IntStream.range(0, accesses).forEach(i -> bytes.putInt(i % pages));
        Files.write(file, bytes.array());
    }

    private String table(String... rows) throws IOException {
        Path file = directory.resolve("own.csv");
        return Files.writeString(file, HEADING + String.join("", rows)).toString();
    }

    @Test
    void rowsAreReplayedAndHeldAgainstTheirBand() throws IOException {
        String table =
                table(
                        "6.12,loop,mglru1,kvm,zram,0,128,80,300,100,0,40,0,0,0,0,0\n",
                        "6.12,loop,mglru1,kvm,zram,0,128,80,300,100,1,44,0,0,0,0,0\n",
                        "6.12,loop,classic,shm,disk,3,0,80,300,100,0,60,0,0,0,0,0\n",
                        "6.18,loop,mglru,kvm,zram,0,0,80,300,100,0,60,0,0,0,0,0\n",
                        "4.4,loop,classic,anon,zram,0,0,80,300,100,0,60,0,0,0,0,0\n");

        assertThat(session.run("validate", "reclaim", table, "--json", "-q", "--seeds", "2"))
                .as(session.err())
                .isEqualTo(1);

        assertThat(session.replays)
                .hasSize(6)
                .anySatisfy(ValidateReclaimCommandTest::isTheFirstRow)
                .anySatisfy(request -> assertThat(request.seed()).isEqualTo(2));
        JsonNode json = JsonMapper.shared().readTree(session.out());
        JsonNode first = json.get("rows").get(0);
        assertThat(first.get("status").stringValue()).isEqualTo("WITHIN");
        assertThat(first.get("cell").get("memoryPages").intValue()).isEqualTo(80);
        assertThat(first.get("runs").intValue()).isEqualTo(2);
        JsonNode faults = first.get("counters").get("pgmajfault");
        assertThat(faults.get("least").intValue()).isEqualTo(40);
        assertThat(faults.get("most").intValue()).isEqualTo(44);
        assertThat(faults.get("gleaner").size()).isEqualTo(2);
        assertThat(faults.get("median").intValue()).isEqualTo(42);
        assertThat(faults.get("errorPercent").doubleValue()).isZero();
        assertThat(json.get("rows").get(1).get("status").stringValue()).isEqualTo("OUTSIDE");
        assertThat(json.get("rows").get(2).get("status").stringValue()).isEqualTo("OUTSIDE");
        assertThat(json.get("rows").get(3).get("status").stringValue()).isEqualTo("REFUSED");
        assertThat(json.get("rows").get(3).get("reason").stringValue())
                .startsWith("'4.4' is not one of 6.1,");
        assertThat(json.get("summary").get(0).get("rows").intValue()).isEqualTo(1);
        assertThat(json.get("summary").get(0).get("of").intValue()).isEqualTo(3);
        assertThat(json.get("failures").get(0).stringValue())
                .isEqualTo(
                        "6.12 loop 80p classic shm disk page-cluster 3:"
                                + " pgmajfault 42 is -18.0 % outside 60 to 60");
    }

    @Test
    void aRowIsPlayedOnItsOwnMachineOrSaysWhyNot() throws IOException {
        String heading = HEADING.replace("\n", ",arch,cpu,page_size,variant,lru_gen\n");
        String row = "6.12,loop,mglru,%s,zram,0,0,80,300,100,0,42,0,0,0,0,0,%s\n";
        Path file = directory.resolve("own.csv");
        Files.writeString(
                file,
                heading
                        + row.formatted("kvm", "arm64,cortex-a72,4096,,0x0001")
                        + row.formatted("anon", "arm64,max,4096,,0x0003")
                        + row.formatted("kvm", "arm64,max,16384,,0x0003")
                        + row.formatted("kvm", "arm64,max,8192,,0x0003")
                        + row.formatted("kvm", "ppc64le,power9,4096,,0x0001"));

        assertThat(session.run("validate", "reclaim", file.toString(), "-q", "--seeds", "1"))
                .as(session.err())
                .isZero();
        assertThat(session.replays)
                .hasSize(3)
                .allSatisfy(request -> assertThat(request.arch()).isEqualTo(ArchChoice.ARM64))
                .anySatisfy(request -> {
                    assertThat(request.hardwareAccessed()).isFalse();
                    assertThat(request.lruGen()).isEqualTo(new LruGenChoice(1));
                })
                .anySatisfy(request -> {
                    assertThat(request.pageSize()).isEqualTo(PageSizeChoice.KIB_16);
                    assertThat(request.memoryPages()).isEqualTo(80);
                    assertThat(request.trace().distinctPages()).isEqualTo(100);
                })
                .anySatisfy(request -> {
                    assertThat(request.hardwareAccessed()).isTrue();
                    assertThat(request.lruGen()).isEqualTo(new LruGenChoice(3));
                });
        assertThat(unwrapped(session.out()))
                .contains(
                        "refused: no base pages of 8192 bytes: 6.12 loop 80p mglru kvm zram arm64"
                                + " max 8192-byte pages\n")
                .contains("refused: no architecture ppc64le: ")
                .contains("3 of 5 rows compared");

        Session arm = new Session(directory);
        assertThat(arm.run("validate", "reclaim", file.toString(), "-q", "--only", "cpu=max"))
                .isZero();
        assertThat(arm.out()).contains("2 of 3 rows compared");
    }

    private static void isTheFirstRow(ReplayRequest request) {
        assertThat(request.kernel()).isEqualTo(Kernel.V6_12);
        assertThat(request.lruGen()).isEqualTo(new LruGenChoice(1));
        assertThat(request.through()).isEqualTo(Through.KVM);
        assertThat(request.aging()).isEqualTo(AgingChoice.LOCKED);
        assertThat(request.backing()).isEqualTo(Backing.ANON);
        assertThat(request.ageEvery()).isEqualTo(128);
        assertThat(request.memoryPages()).isEqualTo(80);
        assertThat(request.seed()).isEqualTo(1);
    }

    @Test
    void theRealMachineIsDeterministicAndWithinItsOwnBand() throws IOException {
        String any = table("6.12,loop,mglru,anon,zram,0,0,80,300,100,0,0,0,0,0,0,0\n");
        session.standardExecutors = true;
        session.run("validate", "reclaim", any, "--json", "-q");
        JsonNode row = JsonMapper.shared().readTree(session.out()).get("rows").get(0);
        JsonNode counters = row.get("counters");
        String own =
                table(
                        "6.12,loop,mglru,anon,zram,0,0,80,300,100,0,%d,%d,%d,%d,%d,%d\n"
                                .formatted(
                                        counters.get("pgmajfault").get("median").longValue(),
                                        counters.get("pswpout").get("median").longValue(),
                                        counters.get("pgscan").get("median").longValue(),
                                        counters.get("pgsteal").get("median").longValue(),
                                        counters.get("pgactivate").get("median").longValue(),
                                        counters.get("pgdeactivate").get("median").longValue()));

        Session second = new Session(directory);
        second.standardExecutors = true;
        assertThat(second.run("validate", "reclaim", own)).as(second.err()).isZero();

        assertThat(counters.get("pgmajfault").get("median").longValue()).isGreaterThan(20);
        assertThat(second.out())
                .containsPattern("6.12 +loop +mglru +anon +zram +\\. +\\d+ +\\S+ +\\. +\\.\n")
                .containsPattern("6.12 +loop +mglru +anon +zram +\\. +\\. +\\.\n")
                .contains("1 of 1 rows compared")
                .containsPattern("pgmajfault +2 +1 +1 +100 %");
    }

    @Test
    void aTraceBesideTheTableComesFirst() throws IOException {
        trace(directory.resolve("loop.u32"), 400, 50);
        String table = table("6.12,loop,mglru,anon,zram,0,0,80,400,50,0,42,0,0,0,0,0\n");

        assertThat(session.run("validate", "reclaim", table)).as(session.err()).isZero();
        assertThat(session.replays.getFirst().trace().distinctPages()).isEqualTo(50);
    }

    @Test
    void theKillerIsAFailure() throws IOException {
        session.failures = List.of("killed");
        String table = table("6.12,loop,mglru,anon,zram,0,0,80,300,100,0,42,0,0,0,0,0\n");

        assertThat(session.run("validate", "reclaim", table, "-q")).isEqualTo(1);
        assertThat(unwrapped(session.out()))
                .contains(
                        "FAILED: 6.12 loop 80p mglru anon zram: the OOM killer ended the replay at"
                                + " access 2");
    }

    @Test
    void nothingComparedIsAFailure() throws IOException {
        String table = table("4.4,loop,classic,anon,zram,0,0,80,300,100,0,60,0,0,0,0,0\n");

        assertThat(session.run("validate", "reclaim", table, "-q")).isEqualTo(1);
        assertThat(session.out())
                .startsWith("complete: 1 of 1 row\n")
                .endsWith("FAILED: no row could be compared\n");
    }

    @Test
    void anInterruptLeavesRowsOut() throws IOException {
        session.onReplay =
                () -> {
                    if (!session.replays.isEmpty()) {
                        throw new Cancelled();
                    }
                };
        String table =
                table(
                        "6.12,loop,classic,anon,zram,0,0,80,300,100,0,42,0,0,0,0,0\n",
                        "6.18,loop,classic,anon,zram,0,0,80,300,100,0,42,0,0,0,0,0\n");
        assertThat(session.run("validate", "reclaim", table, "-q", "--seeds", "1", "--json"))
                .isEqualTo(3);
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("complete").booleanValue()).isFalse();
        assertThat(json.get("finished").intValue()).isOne();
        assertThat(json.get("missing")).hasSize(1);
        assertThat(json.get("rows")).hasSize(1);
    }

    @Test
    void badInputIsOneLine() throws IOException {
        String table = table("6.12,loop,mglru,anon,zram,0,0,80,300,99,0,1,0,0,0,0,0\n");
        expectFault("own.csv, line 2: was run on 300 accesses to 99 pages", table);
        String other = table("6.12,lop,mglru,anon,zram,0,0,80,300,99,0,1,0,0,0,0,0\n");
        expectFault("own.csv, line 2, lop: no such trace; did you mean 'loop'?", other);
        expectFault("--only kernel=6.6: no row has kernel=6.6", table, "--only", "kernel=6.6");
        expectFault("--seeds: 0 is out of range", table, "--seeds", "0");
        expectFault("results.csv: no such file");
        Session session = new Session(directory);
        assertThat(session.run("validate")).isEqualTo(2);
        assertThat(session.err()).contains("try 'gleaner validate reclaim'");
    }

    private void expectFault(String message, String... arguments) {
        Session session = new Session(directory);
        String[] all = new String[arguments.length + 2];
        all[0] = "validate";
        all[1] = "reclaim";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        assertThat(session.run(all)).isEqualTo(2);
        assertThat(session.err()).startsWith("gleaner: ").contains(message).hasLineCount(1);
        assertThat(session.out()).isEmpty();
    }

    /// Lines as they were before they went on below.
    private static String unwrapped(String text) {
        return text.replaceAll("\\n +", " ");
    }
}
