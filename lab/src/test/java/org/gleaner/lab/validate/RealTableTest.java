package org.gleaner.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.TraceCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RealTableTest {

    private static final String HEADING =
            "kernel,trace,mode,kind,swap,page_cluster,age_every,mem_pages,accesses,distinct,rep,"
                    + "majflt,pswpout,pgscan,pgsteal,pgactivate,pgdeactivate\n";

    @TempDir Path directory;

    private List<RealRuns> read(String... lines) throws IOException {
        return RealTable.read(TableText.in(directory, lines), Input.ofProcess());
    }

    private static List<RealRuns> bundled(String name) {
        return RealTable.read(Path.of("../validation", name), Input.ofProcess());
    }

    @Test
    void repetitionsOfOneSettingAreOneCell() throws IOException {
        List<RealRuns> cells =
                read(
                        HEADING,
                        "6.12,t,mglru3,kvmshm,disk,3,2048,100,9,7,0,50,60,1,2,3,4\n",
                        "6.12,t,classic,anon,zram,0,0,100,9,7,0,5,6,1,2,3,4\n",
                        "\n",
                        "6.12,t,mglru3,kvmshm,disk,3,2048,100,9,7,1,40,61,1,2,3,4\n");

        assertThat(cells).hasSize(2);
        RealRuns first = cells.getFirst();
        assertThat(first.runs()).isEqualTo(2);
        assertThat(first.accesses()).isEqualTo(9);
        assertThat(first.distinctPages()).isEqualTo(7);
        assertThat(first.place()).endsWith("t.csv, line 2");
        assertThat(first.bands())
                .containsEntry(ReclaimCounter.PGMAJFAULT, new Band(40, 50))
                .containsEntry(ReclaimCounter.PSWPOUT, new Band(60, 61));
        Cell cell = first.cell();
        assertThat(cell.lru()).isEqualTo(Lru.MGLRU);
        assertThat(cell.lruGen()).isEqualTo(new LruGenChoice(3));
        assertThat(cell.through()).isEqualTo(Through.KVM);
        assertThat(cell.backing()).isEqualTo(Backing.MEMFD);
        assertThat(cell.swapDevice()).isEqualTo(SwapDeviceChoice.DISK);
        assertThat(cell)
                .hasToString("6.12 t 100p mglru3 kvmshm disk page-cluster 3 age-every 2048");
        assertThat(cells.get(1).cell().lru()).isEqualTo(Lru.CLASSIC);
    }

    @Test
    void columnsMayComeInAnyOrderAndWithOthers() throws IOException {
        List<RealRuns> cells =
                read(
                        "note,majflt,pswpout,pgscan,pgsteal,pgactivate,pgdeactivate,accesses,"
                                + "distinct,mem_pages,age_every,page_cluster,swap,kind,mode,trace,"
                                + "kernel\n",
                        "mine, 1,2,3,4,5,6,10,9,64,0,0,zram,anon,mglru,t,7.2\n");

        assertThat(cells.getFirst().cell().kernel()).isEqualTo("7.2");
        assertThat(cells.getFirst().bands())
                .containsEntry(ReclaimCounter.PGDEACTIVATE, new Band(6, 6));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "6.12,t,mglru,anon,zram,0,0,100,9,7,0,5,6,1,2,3 | 16 fields where the heading has 17",
                "6.12,t,mglur,anon,zram,0,0,100,9,7,0,5,6,1,2,3,4 | did you mean \"mglru\"?",
                "6.12,t,mglru,file,zram,0,0,100,9,7,0,5,6,1,2,3,4 | \"file\" is not one of anon, shm",
                "6.12,t,mglru,anon,zarm,0,0,100,9,7,0,5,6,1,2,3,4 | did you mean \"zram\"?",
                "6.12,t,mglru,anon,zram,10,0,100,9,7,0,5,6,1,2,3,4 | page_cluster \"10\" is no number",
                "6.12,t,mglru,anon,zram,0,-1,100,9,7,0,5,6,1,2,3,4 | age_every \"-1\" is no number",
                "6.12,t,mglru,anon,zram,0,0,0,9,7,0,5,6,1,2,3,4 | mem_pages is 0",
                "6.12,t,mglru,anon,zram,0,0,8k,9,7,0,5,6,1,2,3,4 | mem_pages \"8k\" is no number",
                "6.12,t,mglru,anon,zram,0,0,8,9,7,0,,6,1,2,3,4 | majflt \"\" is no number",
                "612,t,mglru,anon,zram,0,0,100,9,7,0,5,6,1,2,3,4 | kernel \"612\"",
                "6.12,,mglru,anon,zram,0,0,100,9,7,0,5,6,1,2,3,4 | no name of a trace",
            })
    void aBadLineIsNamed(String line, String fault) {
        TableText.assertLineIsNamed(() -> read(HEADING, line), fault.replace('"', '\''));
    }

    @Test
    void aBadFileIsNamed() {
        TableText.assertEmptinessIsNamed(this::read, HEADING);
        assertThatThrownBy(() -> read(HEADING.replace("pswpout", "pswpuot"), "x"))
                .hasMessageContaining("t.csv, line 1: no column 'pswpout'; is 'pswpuot' meant?");
        assertThatThrownBy(() -> read(HEADING.replace("rep", "kind"), "x"))
                .hasMessageContaining("line 1: two columns 'kind'");
        assertThatThrownBy(() -> RealTable.read(directory.resolve("none.csv"), Input.ofProcess()))
                .hasMessageContaining("none.csv: no such file");
    }

    @Test
    void theBundledTableIsReadAndItsTracesAreThere() {
        List<RealRuns> cells = bundled("results.csv");

        assertThat(cells).hasSizeGreaterThan(150);
        assertThat(new TraceCatalog(Path.of("..", "traces")).names())
                .containsAll(cells.stream().map(runs -> runs.cell().trace()).toList());
    }

    @Test
    void aTableMayHaveRunsWithHugePages() throws IOException {
        String huge = HEADING.replace("\n", ",thp\n");
        String row = "6.12,t,classic,kvm,zram,0,0,100,9,7,0,5,6,1,2,3,4,";
        List<RealRuns> cells = read(huge, row + "never\n", row + "always\n");
        assertThat(cells.stream().map(runs -> runs.cell().hugePages()))
                .containsExactly(Thp.NEVER, Thp.ALWAYS);
        assertThat(cells.getLast().cell()).hasToString("6.12 t 100p classic kvm zram thp always");
        assertThatThrownBy(() -> read(huge, row + "sometimes\n"))
                .hasMessageContaining("t.csv, line 2: ")
                .hasMessageContaining("sometimes");
        assertThat(read(HEADING, row.substring(0, row.length() - 1)).getFirst().cell().hugePages())
                .isEqualTo(Thp.NEVER);
    }

    @Test
    void theTableOfHugePagesHasSixRowsThroughAGuest() {
        List<RealRuns> cells = bundled("huge.csv");
        assertThat(cells).allMatch(runs -> runs.cell().hugePages() == Thp.ALWAYS);
        assertThat(cells)
                .filteredOn(runs -> runs.cell().through() == Through.KVM)
                .hasSizeGreaterThanOrEqualTo(6)
                .allSatisfy(runs -> assertThat(runs.runs()).isGreaterThanOrEqualTo(2));
    }

    /// Where a limit of a few pages more or less decides how often a kernel faults, one boot is no
    /// band.
    @Test
    void theTableHasSeveralBootsOfALimitOnAnEdge() {
        List<RealRuns> cells = bundled("results.csv");
        List<RealRuns> nested =
                cells.stream()
                        .filter(runs -> runs.cell().kernel().equals("6.18"))
                        .filter(runs -> runs.cell().through() == Through.KVM)
                        .filter(runs -> runs.cell().lru() == Lru.MGLRU)
                        .toList();
        assertThat(nested.stream().map(runs -> runs.cell().trace()))
                .contains("zipf", "loop", "scanhot", "shift", "sqlite");
        assertThat(nested)
                .filteredOn(runs -> runs.cell().memoryPages() <= 8192)
                .hasSize(5)
                .allSatisfy(runs -> assertThat(runs.runs()).isGreaterThanOrEqualTo(4));
        assertThat(nested)
                .filteredOn(runs -> runs.cell().memoryPages() > 8192)
                .as("a limit off the edge, whose band is narrow")
                .isNotEmpty()
                .allSatisfy(runs -> {
                    Band faults = runs.bands().get(ReclaimCounter.PGMAJFAULT);
                    assertThat(faults.most()).isLessThan(faults.least() * 102 / 100);
                });
    }

    private static final String GUEST_HEADING =
            HEADING.replace(
                    "\n",
                    ",arch,cpu,page_size,variant,lru_gen,fault_translation_read,"
                            + "fault_translation_write,fault_translation_exec,fault_access,"
                            + "age_hva,unmap_hva_range\n");

    @Test
    void aTableMayTellOfTheMachineAndItsSecondStage() throws IOException {
        String row = "6.12,t,mglru,kvm,zram,0,%d,100,102400,7,0,5,6,1,2,3,4,%s,4096,,%s,%s,9,8,7\n";
        List<RealRuns> cells =
                read(
                        GUEST_HEADING,
                        row.formatted(0, "arm64,cortex-a72", "0x0001", "5000,400,3"),
                        row.formatted(0, "arm64,cortex-a72", "0x0001", "5000,500,3"),
                        row.formatted(1024, "arm64,max", "0x0000", "5000,400,3"),
                        row.formatted(0, "x86_64,max", "0x0007", "5000,400,3"),
                        row.formatted(0, "riscv64,\"rv64,h=true\"", "0x0001", "1,2,3"));

        assertThat(cells).hasSize(4);
        Cell software = cells.getFirst().cell();
        assertThat(software.lruGen()).isEqualTo(new LruGenChoice(1));
        assertThat(software.machine().hardwareAccessed()).isFalse();
        assertThat(software).hasToString("6.12 t 100p mglru kvm zram arm64 cortex-a72");
        // 100 pages of trace, 200 batches of 512 accesses and 64 parts of the whole
        assertThat(cells.getFirst().secondStage())
                .containsEntry(Stage2Counter.TRANSLATION_FAULTS, new Band(5039, 5139))
                .containsEntry(Stage2Counter.ACCESS_FAULTS, new Band(9, 9))
                .containsEntry(Stage2Counter.AGE_CALLS, new Band(8, 8))
                .containsEntry(Stage2Counter.UNMAP_CALLS, new Band(7, 7));
        assertThat(cells.get(1).cell().lru())
                .as("what the kernel made of it")
                .isEqualTo(Lru.CLASSIC);
        assertThat(cells.get(1).secondStage())
                .as("and 100 agings")
                .containsEntry(Stage2Counter.TRANSLATION_FAULTS, new Band(4939, 4939));
        assertThat(cells.get(2).secondStage())
                .as("x86 halts at the end of a batch")
                .containsEntry(Stage2Counter.TRANSLATION_FAULTS, new Band(5303, 5303));
        assertThat(cells.get(3).cell().machine().cpu()).isEqualTo("rv64,h=true");
    }

    @Test
    void ofColumnsThatBelongTogetherNoneIsMissing() {
        assertThatThrownBy(() -> read(GUEST_HEADING.replace(",cpu", ""), "x"))
                .hasMessageContaining("line 1: no column 'cpu'");
        assertThatThrownBy(() -> read(GUEST_HEADING.replace(",fault_access", ""), "x"))
                .hasMessageContaining("line 1: no column 'fault_access'");
    }

    @Test
    void machinesThatCannotBePlayedSayWhy() {
        assertThat(RealMachine.UNSAID.refusal()).isNull();
        assertThat(new RealMachine("arm64", "max", 4096, "", "0x0003").refusal()).isNull();
        assertThat(new RealMachine("ppc64le", "power9", 4096, "", "").refusal())
                .isEqualTo("no architecture ppc64le");
        assertThat(new RealMachine("arm64", "max", 16384, "", "").refusal()).isNull();
        assertThat(new RealMachine("x86_64", "max", 16384, "", "").refusal())
                .isEqualTo("no base pages of 16384 bytes");
        assertThat(new RealMachine("x86_64", "max", 4096, "npt=0", "").refusal())
                .isEqualTo("no variant npt=0");
        assertThat(new RealMachine("arm64", "neoverse-n1", 4096, "", "").refusal())
                .isEqualTo("not known whether the processor neoverse-n1 sets accessed flags");
    }

    @Test
    void theTableOfOtherMachinesIsReadAndHalfOfItCanBePlayed() {
        List<RealRuns> cells = bundled("arch/results.csv");
        assertThat(cells)
                .filteredOn(runs -> runs.cell().machine().refusal() == null)
                .hasSizeGreaterThanOrEqualTo(25)
                .filteredOn(runs -> runs.cell().through() == Through.KVM)
                .allSatisfy(runs -> assertThat(runs.secondStage()).hasSize(4));
    }
}
