package org.gleaner.lab.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.gleaner.lab.trace.format.AccessSink;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Records a program that touches pages at known places (`pages.c`).
@Tag("long")
final class QemuRecordingTest {

    private static final long REGION = 0x10000000000L >> 12;
    private static final Filter FILTER = new Filter(256, 65_536, true);

    @TempDir static Path directory;

    private static String pages = "";

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        Compiled.assumeEmulator();
        pages = Compiled.program("pages.c", directory).toString();
    }

    @Test
    void pagesComeInTheOrderOfTheirAccesses() {
        Collected seen = new Collected();
        QemuRecording.Recorded recorded =
                record(seen, "w", "1000", "r", "1000", "u", "600", "r", "0");

        List<Long> expected = new ArrayList<>(up(1000));
        expected.addAll(up(1000));
        expected.addAll(up(600).reversed());
        List<Collected.Access> own = seen.within(REGION, REGION + 1000);
        assertThat(own.stream().map(Collected.Access::page).toList().equals(expected)).isTrue();
        assertThat(own.subList(0, 1000)).allMatch(Collected.Access::write);
        assertThat(own.subList(1000, 2000)).noneMatch(Collected.Access::write);
        assertThat(own.subList(2000, 2600)).allMatch(Collected.Access::write);
        assertThat(recorded.exitCode()).isEqualTo(7);
        assertThat(recorded.end()).isEqualTo(QemuRecording.End.COMMAND);
        assertThat(recorded.records()).isEqualTo(seen.accesses.size());
        assertThat(recorded.totals().accesses()).isGreaterThan(recorded.records());
        assertThat(seen.spaces).containsExactly("pages");
        assertThat(seen.accesses).extracting(Collected.Access::time).isSorted();
    }

    @Test
    void aPageThatIsReadAndThenWrittenIsThereTwice() {
        Collected seen = new Collected();
        record(seen, "r", "100", "w", "100", "w", "100");

        assertThat(seen.within(REGION, REGION + 100)).hasSize(200);
    }

    @Test
    void whatIsForkedAndWhatIsExecutedHaveSpacesOfTheirOwn() {
        Collected seen = new Collected();
        QemuRecording.Recorded recorded =
                record(seen, "w", "300", "f", "w", "500", "x", "w", "700", "r", "0");

        assertThat(recorded.processes()).isEqualTo(3);
        assertThat(recorded.totals().execs()).isZero();
        assertThat(recorded.exitCode()).isEqualTo(7);
        assertThat(seen.spaces).containsExactly("pages", "pages", "pages");
        Map<Integer, List<Collected.Access>> bySpace =
                seen.within(REGION, REGION + 1000).stream()
                        .collect(Collectors.groupingBy(Collected.Access::space));
        assertThat(bySpace.values().stream().map(own -> Collected.pages(own).size()))
                .containsExactlyInAnyOrder(300, 500, 700);
    }

    @Test
    void whatAShellStartsIsRecorded() {
        Collected seen = new Collected();
        record(seen, List.of("sh", "-c", pages + " w 2000; exit 5"), () -> false);

        assertThat(seen.spaces).contains("sh", "pages");
        assertThat(Collected.pages(seen.within(REGION, REGION + 4000))).hasSize(2000);
    }

    @Test
    void aScriptIsRunByItsInterpreter() throws IOException {
        Path script = directory.resolve("script");
        Files.writeString(script, "#!/bin/sh\n" + pages + " w 400\nexit 5\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        Collected seen = new Collected();
        QemuRecording.Recorded recorded = record(seen, List.of(script.toString()), () -> false);

        assertThat(recorded.exitCode()).isEqualTo(5);
        assertThat(Collected.pages(seen.within(REGION, REGION + 4000))).hasSize(400);
    }

    @Test
    void aThreadIsAnotherCpuOfTheSameSpace() {
        Collected seen = new Collected();
        record(seen, "w", "10", "t", "1000");

        List<Collected.Access> own = seen.within(REGION, REGION + 1000);
        assertThat(own.getFirst().cpu()).isNotEqualTo(own.getLast().cpu());
        assertThat(own).extracting(Collected.Access::space).containsOnly(0);
    }

    @Test
    void theBufferOfASystemCallIsWrittenTo() {
        Collected seen = new Collected();
        QemuRecording.Recorded recorded = record(seen, "i");

        assertThat(seen.within(REGION, REGION + 1))
                .singleElement()
                .matches(Collected.Access::write);
        assertThat(recorded.totals().calls()).isPositive();
    }

    @Test
    void aProgramThatClosesAllDescriptorsIsRecordedOn() {
        Collected seen = new Collected();
        QemuRecording.Recorded recorded = record(seen, "w", "5", "c", "w", "5000");

        assertThat(recorded.processes()).isEqualTo(1);
        assertThat(Collected.pages(seen.within(REGION, REGION + 5000))).hasSize(5000);
    }

    @Test
    void ofAProgramThatKillsItselfAllIsKept() {
        Collected seen = new Collected();
        QemuRecording.Recorded recorded = record(seen, "w", "5000", "k");

        assertThat(recorded.exitCode()).isEqualTo(137);
        assertThat(Collected.pages(seen.within(REGION, REGION + 5000))).hasSize(5000);
    }

    @Test
    void whatAProgramDidBeforeItSleptIsThereWhileItSleeps() {
        Collected seen = new Collected();
        QemuRecording.Bounds bounds = new QemuRecording.Bounds(Long.MAX_VALUE, 2_000_000_000);
        QemuRecording.Recorded recorded =
                run(seen, List.of(pages, "w", "20", "z"), bounds, () -> false);

        assertThat(recorded.end()).isEqualTo(QemuRecording.End.BOUND);
        assertThat(Collected.pages(seen.within(REGION, REGION + 100))).hasSize(20);
    }

    @Test
    void aCommandThatDoesNotEndIsEndedByTheUser() {
        Collected seen = new Collected();
        AtomicBoolean stop = new AtomicBoolean();
        AccessSink sink =
                (page, write) -> {
                    seen.access(page, write);
                    stop.compareAndSet(false, page == REGION + 2000);
                };
        QemuRecording.Recorded recorded =
                run(sink, List.of(pages, "w", "5000", "z"), QemuRecording.Bounds.NONE, stop::get);

        assertThat(recorded.end()).isEqualTo(QemuRecording.End.INTERRUPTED);
        assertThat(seen.accesses).hasSizeGreaterThan(2000);
    }

    @Test
    void aCommandThatDoesNotEndIsEndedByABound() {
        Collected seen = new Collected();
        QemuRecording.Bounds bounds = new QemuRecording.Bounds(3000, Long.MAX_VALUE);
        QemuRecording.Recorded recorded =
                run(seen, List.of(pages, "w", "5000", "z"), bounds, () -> false);

        assertThat(recorded.end()).isEqualTo(QemuRecording.End.BOUND);
        assertThat(seen.accesses).hasSizeGreaterThanOrEqualTo(3000);
    }

    @Test
    void whatTheSinkThrowsEndsTheCommand() {
        AccessSink full =
                (page, write) -> {
                    throw new IllegalStateException("the disk is full");
                };
        assertThatThrownBy(() ->
                        run(
                                full,
                                List.of(pages, "w", "5000", "z"),
                                QemuRecording.Bounds.NONE,
                                () -> false))
                .hasMessage("the disk is full");
    }

    private static List<Long> up(long pages) {
        return LongStream.range(REGION, REGION + pages).boxed().toList();
    }

    private static QemuRecording.Recorded record(Collected into, String... acts) {
        List<String> command = new ArrayList<>(List.of(pages));
        command.addAll(Arrays.asList(acts));
        return record(into, command, () -> false);
    }

    private static QemuRecording.Recorded record(
            AccessSink into, List<String> command, BooleanSupplier interrupted) {
        return run(into, command, QemuRecording.Bounds.NONE, interrupted);
    }

    private static QemuRecording.Recorded run(
            AccessSink into,
            List<String> command,
            QemuRecording.Bounds bounds,
            BooleanSupplier interrupted) {
        Plugin plugin = new Plugin(directory.resolve("cache"), Compiled.PATH);
        Launch launch = Launch.program(command, FILTER, plugin, Compiled.PATH);
        return new QemuRecording(launch, bounds, interrupted).run(into);
    }
}
