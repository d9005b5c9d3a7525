package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.AbstractThrowableAssert;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.Specimens.Specimen;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceFormat;
import org.gleaner.lab.trace.memory.ColumnsFormat;
import org.gleaner.lab.trace.region.PerfScriptFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class TraceFormatsTest {

    @TempDir Path directory;

    static List<Specimen> specimens() {
        return Specimens.all();
    }

    @Test
    void everyFormatHasASpecimen() {
        Set<String> formats = new TreeSet<>();
        TraceFormats.all().forEach(format -> formats.add(format.label()));
        formats.remove("gpt");
        Set<String> had = new TreeSet<>();
        Specimens.all().forEach(specimen -> had.add(specimen.format()));

        assertThat(had).isEqualTo(formats);
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void holdsTheseAccesses(Specimen specimen) throws IOException {
        check(specimen, TraceFormats.of(specimen.format()), specimen.bytes());
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void isToldByItsContent(Specimen specimen) throws IOException {
        if (specimen.told()) {
            check(specimen, null, specimen.bytes());
        }
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void linesMayEndAsOnOtherSystems(Specimen specimen) throws IOException {
        if (!isText(specimen)) {
            return;
        }
        String text = new String(specimen.bytes(), StandardCharsets.ISO_8859_1);
        TraceFormat format = TraceFormats.of(specimen.format());
        check(specimen, format, Specimens.ascii(text.replace("\n", "\r\n")));
        check(specimen, format, Specimens.ascii(text.stripTrailing()));
        check(specimen, format, Specimens.ascii(text.stripTrailing() + "\n"));
    }

    private static boolean isText(Specimen specimen) {
        for (byte b : specimen.bytes()) {
            if (b < ' ' && b != '\n' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void anotherFormatRefusesItOrSaysSo(Specimen specimen) throws IOException {
        for (TraceFormat other : TraceFormats.all()) {
            if (other.label().equals(specimen.format()) || couldBe(other.label(), specimen)) {
                continue;
            }
            try {
                Reading reading = read(other, specimen.bytes(), new AccessText()).reading();
                assertThat(reading.remarks()).as("%s as %s", specimen, other.label()).isNotEmpty();
            } catch (BadInput e) {
                assertThat(e.getMessage()).matches("[^\\n]+: [^\\n]+; [^\\n]+");
            }
        }
    }

    /// Bare numbers are numbers of any width, a number a line has two names, and some headers name
    /// an address.
    private static boolean couldBe(String format, Specimen specimen) {
        Set<String> bare = Set.of("u32", "int32be", "int64be", "pagemap-bin");
        Set<String> lines = Set.of("lirs", "libcachesim-txt");
        Set<String> perf = Set.of("perf-script-addr", "perf-script-mem");
        return bare.contains(format) && specimen.bytes().length % 4 == 0
                || lines.contains(format) && lines.contains(specimen.format())
                || perf.contains(format) && perf.contains(specimen.format())
                || format.equals("drmemtrace") && bare.contains(specimen.format())
                || format.startsWith("oracleGeneral") && !isText(specimen)
                || format.equals("csv") && specimen.format().matches("memtierd|qemu-hotpages");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            textBlock =
                    """
                    address ~ l 0x10 1\\nm 0x10 1\\n ~ line 2 ~ kind
                    address ~ l 0x10\\n ~ line 1 ~ ends before its instruction gap
                    address ~ l 0x10 1 1\\n ~ line 1 ~ ends before its second penalty
                    oslab ~ readd 0x10 99999999\\n ~ line 1 ~ beyond belief
                    oslab ~ readd 0xfffffffffffffff0 64\\n ~ line 1 ~ reaches beyond 64 bits
                    dram-rw ~ 0x10 R\\n0x10 READY\\n ~ line 2 ~ 'Y' follows the record
                    ramulator-cpu ~ 1 -5\\n ~ line 1 ~ address
                    qemu-execlog ~ 0, 0x1, 0x2, "nop", stare, 0x1\\n ~ line 1 ~ access
                    memtrace-simple ~ 0x10: 4,\\n ~ line 1 ~ kind
                    libcachesim-csv ~ version,time\\n ~ line 1 ~ header
                    libcachesim-txt ~ 1\\n-2\\n ~ line 2 ~ key
                    lirs ~ 1\\n**\\n ~ line 2 ~ follows
                    arc ~ 1 4194304 0 0\\n ~ line 1 ~ beyond belief
                    arc ~ 1 1 0 0\\n1 1 0\\n ~ line 2 ~ ends before its request number
                    msr ~ 1,h,0,Erase,0,1,1\\n ~ line 1 ~ type
                    spc ~ 0,1,512,r\\n ~ line 1 ~ ends where a ','
                    twitter ~ 0,,0,1,1,get,0\\n ~ line 1 ~ its key has 0 bytes
                    twitter ~ 0,k,0,1,1,fetch,0\\n ~ line 1 ~ operation
                    memtierd ~ 1 2 4000 99999999999999 1 0\\n ~ line 1 ~ beyond belief
                    pagemap-text ~ 1\\tc000000000000000\\n ~ line 1 ~ both present and swapped
                    qemu-hotpages ~ 0x1, 0x1, 99999999999999999, 0x1, 0\\n ~ line 1 ~ beyond belief
                    damon-report-raw ~ 3000-1000 ( 1 KiB) 1 -1\\n ~ line 1 ~ before its start
                    damon-report-raw ~ 0-ffffffffffff000 ( 1 KiB) 1 -1\\n ~ line 1 ~ beyond belief
                    damon-json ~ [{"snapshots":[{"regions":[{"start":1}]}]}] ~ byte ~ lacks
                    damon-json ~ [{"snapshots":[{"regions":[{"start":"x"}]}]}] ~ byte ~ 'x' is no
                    damon-json ~ [{"snapshots":[ ~ byte ~ nexpected end
                    damon-json ~ [7] ~ byte ~ record
                    perf-script-addr ~ a 1/1 [0] 1.5: ev: zz\\n ~ line 1 ~ address
                    perf-script-addr ~ a 1/1 [x] 1.5: ev: 10\\n ~ line 1 ~ process and CPU
                    perf-script-mem ~ a 1/1 [0] 1.5: ev: 10 5 |OP LOAD\\na 1/1 [0] 1.5: ev: 10 5\\n ~ line 2 ~ data source
                    csv ~ time,op\\n1,r\\n ~ line 1 ~ names no address
                    csv ~ addr,op\\n1,r\\n2,x\\n ~ line 3 ~ begins with none of
                    csv ~ addr,op\\n1\\n ~ line 2 ~ it has 1 columns
                    """)
    void refusesWithThePlace(String format, String text, String place, String what)
            throws IOException {
        byte[] bytes = Specimens.ascii(text.replace("\\n", "\n").replace("\\t", "\t"));
        refused(TraceFormats.of(format), bytes)
                .hasMessageContaining(", " + place)
                .hasMessageContaining(what);
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void aRecordThatIsCutIsRefused(Specimen specimen) throws IOException {
        if (isText(specimen) || specimen.bytes()[0] == 'x') {
            return;
        }
        byte[] cut = Arrays.copyOf(specimen.bytes(), specimen.bytes().length - 1);
        refused(TraceFormats.of(specimen.format()), cut).hasMessageContaining(", byte ");
    }

    @Test
    void everyVersionOfLcsHasItsLength() throws IOException {
        int[] lengths = {24, 28, 36, 40, 44, 52, 68, 100};
        for (int version = 1; version <= 8; version++) {
            int operationAt = version == 1 ? 0 : version == 2 ? 16 : 20;
            byte[] bytes = Specimens.lcs(version, lengths[version - 1], operationAt);
            AccessText accesses = new AccessText();
            read(null, bytes, accesses);
            assertThat(accesses.text(null)).isEqualTo(version == 1 ? "r5 r6 r5" : "r5 w6 r5");
        }
        AccessText early = new AccessText();
        read(null, Specimens.earlyLcs("<IQIq", 24), early);
        assertThat(early.text(null)).isEqualTo("r5 r6 r5");
        for (String items : new String[] {"", "<", "<IQ", "<QIIq", "<IQ9999999999I", "<IQIs"}) {
            refused(null, Specimens.earlyLcs(items, 28)).hasMessageContaining("byte 0");
        }
        byte[] ninth = Specimens.lcs(9, 100, 20);
        refused(null, ninth).hasMessageContaining("its version is 9");
    }

    @Test
    void pagesOfAColumnsFileCountInTheUnitThatIsSaid() throws IOException {
        assertThat(columns("address=2,op=1,unit=page,base=16", "W 1f\nr 20\n"))
                .isEqualTo("w1f r20");
        assertThat(columns("address=2,size=3,unit=sector", "x,7,1024\nx,8,0\n"))
                .isEqualTo("r0 r1 r1");
        assertThat(columns("address=where,op=what", "what\twhere\nload\t0x3000\n")).isEqualTo("r3");
    }

    private String columns(String map, String text) throws IOException {
        AccessText accesses = new AccessText();
        read(ColumnsFormat.of(map), Specimens.ascii(text), accesses);
        return accesses.text(null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            textBlock =
                    """
                    address ~ 'address' is no column
                    op=2 ~ no column is the address
                    address=0 ~ count from 1
                    adress=1 ~ did you mean
                    address=1,unit=miles ~ bytes, sector, page
                    """)
    void aMapOfColumnsIsChecked(String map, String what) {
        assertThatThrownBy(() -> ColumnsFormat.of(map))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(what);
    }

    @Test
    void perfsFieldsAreTakenInTheirOrder() throws IOException {
        PerfScriptFormat format = PerfScriptFormat.of("time,addr,comm,pid,event");
        AccessText accesses = new AccessText();
        read(format, Specimens.ascii("1.5: 7f001234 Web Content 12 faults:\n"), accesses);
        assertThat(accesses.text(null)).isEqualTo("r7f001");

        refused(format, Specimens.ascii("1.5: 7f001234 a 12 faults: 3\n"))
                .hasMessageContaining("'3' follows");
        assertThatThrownBy(() -> PerfScriptFormat.of("time,adr"))
                .hasMessageContaining("did you mean 'addr'");
        assertThatThrownBy(() -> PerfScriptFormat.of("time")).hasMessageContaining("have no addr");
    }

    @Test
    void linesThatAreNoRecordsAreCountedAndShown() throws IOException {
        Reading reading =
                read(null, Specimens.ascii(" L 1000,4\n L 1001,4\n L 10zz,4\n"), new AccessText())
                        .reading();
        assertThat(reading.skipped()).isEqualTo(1);
        assertThat(reading.firstSkipped()).isEqualTo("line 3");
        assertThat(reading.remarks()).singleElement().asString().contains("line 3");

        refused(TraceFormats.of("pinatrace"), Specimens.ascii("# pin\n0x1: 0x2\n"))
                .hasMessageContaining("holds no records of pinatrace");
    }

    @Test
    void whatIsOfNoFormatIsRefused() throws IOException {
        byte[] noise = new byte[100_000];
        new Random(5).nextBytes(noise);
        refused(null, noise).hasMessageContaining("is of no trace format that is known");
        refused(null, new byte[100_000]).hasMessageContaining("bytes all are 0x00");
        refused(null, Specimens.ascii("hello\nworld\n"))
                .hasMessageContaining("its first line is 'hello'");
        refused(null, Specimens.ascii("x".repeat(70_000) + "y"))
                .hasMessageContaining("is of no trace format");
        refused(TraceFormats.of("lirs"), Specimens.ascii("5".repeat(2_000_000)))
                .hasMessageContaining("line 1")
                .hasMessageContaining("longer than 1MiB");
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused(
            @Nullable TraceFormat format, byte[] bytes) {
        return assertThatThrownBy(() -> read(format, bytes, new AccessText()))
                .isInstanceOf(BadInput.class)
                .hasMessageMatching("[^\\n]+: [^\\n]+; [^\\n]+");
    }

    private void check(Specimen specimen, @Nullable TraceFormat format, byte[] bytes)
            throws IOException {
        AccessText accesses = new AccessText();
        TraceFile.Found found = read(format, bytes, accesses);

        assertThat(found.format().label()).isEqualTo(specimen.format());
        assertThat(accesses.text(found.reading().names())).isEqualTo(specimen.accesses());
        assertThat(found.reading().records()).isEqualTo(specimen.records());
    }

    private TraceFile.Found read(@Nullable TraceFormat format, byte[] bytes, AccessText accesses)
            throws IOException {
        Path file = Files.write(directory.resolve("x"), bytes);
        return new TraceFile(file, Input.ofProcess(), format).read(accesses);
    }
}
