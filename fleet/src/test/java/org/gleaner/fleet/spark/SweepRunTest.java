package org.gleaner.fleet.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gleaner.fleet.plan.Sweep;
import org.gleaner.fleet.plan.SweepReader;
import org.gleaner.fleet.point.Answer;
import org.gleaner.fleet.point.Command;
import org.gleaner.fleet.point.Inputs;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.TraceCatalog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sweeps in this process: what is finished is kept, is equal to a run of its own, and is not run
/// again.
@Tag("long")
final class SweepRunTest {

    @TempDir Path directory;

    private Sweep sweep(String memory) throws IOException {
        Path trace = directory.resolve("small.u32");
        ByteBuffer words = ByteBuffer.allocate(4 * 4000).order(ByteOrder.LITTLE_ENDIAN);
        SplittableRandom random = new SplittableRandom(1);
        while (words.hasRemaining()) {
            int page = (int) (300 * Math.pow(random.nextDouble(), 2));
            words.putInt(page | (random.nextBoolean() ? 1 << 31 : 0));
        }
        Files.write(trace, words.array());
        Path file = directory.resolve("sweep.yaml");
        Files.writeString(
                file,
                """
                command: replay
                fixed: {trace: %s}
                vary: {kernel: [6.1, 6.12], lru: [mglru, classic], memory: [%s]}
                """
                        .formatted(trace, memory));
        return SweepReader.read(file, Input.ofProcess());
    }

    private Inputs inputs(Sweep sweep) {
        return Inputs.of(sweep, new TraceCatalog(directory));
    }

    private SweepRun.Outcome run(Sweep sweep, String out, Progress progress) {
        return SweepRun.run(
                sweep, inputs(sweep), Cluster.here(1), directory.resolve(out), progress);
    }

    private List<SweepTable.Line> lines(String out) {
        return SweepTable.read(directory.resolve(out), new SweepTable.Wanted(null, 100)).rows();
    }

    /// Stops as soon as three points have a file.
    private Progress stopped(Path out) {
        return Progress.silent(() -> parts(out).size() >= 3);
    }

    private static List<Path> parts(Path out) {
        try (Stream<Path> files = Files.list(out.resolve("points"))) {
            return files.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    @Test
    void whatWasInterruptedGoesOnAndBelievesNoHalfFile() throws IOException {
        Sweep sweep = sweep("60%, 40%");
        assertThat(run(sweep, "whole", Progress.SILENT))
                .isEqualTo(new SweepRun.Outcome(8, 8, 0, 0));

        Path out = directory.resolve("parts");
        SweepRun.Outcome part = run(sweep, "parts", stopped(out));
        assertThat(part.finished()).isBetween(3L, 7L);
        assertThat(part.complete()).isFalse();
        try (RandomAccessFile half = new RandomAccessFile(parts(out).getFirst().toFile(), "rw")) {
            half.setLength(half.length() / 2);
        }
        SweepRun.Outcome rest = run(sweep, "parts", Progress.SILENT);
        assertThat(rest).isEqualTo(new SweepRun.Outcome(8, 8, part.finished() - 1, 0));
        assertThat(lines("parts")).hasSize(8).isEqualTo(lines("whole"));
        assertThat(run(sweep, "parts", Progress.SILENT))
                .isEqualTo(new SweepRun.Outcome(8, 8, 8, 0));
    }

    @Test
    void aPointIsEqualToItsOwnRun() throws IOException {
        Sweep sweep = sweep("50%");
        run(sweep, "table", Progress.SILENT);
        Command command = new Command(directory, Executors.standard());
        List<SweepTable.Line> lines = lines("table");
        assertThat(lines).hasSize(4);
        for (SweepTable.Line line : lines) {
            List<String> words = List.of(line.command().split(" "));
            Answer own = command.run(words.subList(1, words.size()), () -> false);
            assertThat(line.figures()).isEqualTo(own.figures());
            assertThat(line.figures().get("vmstat.pgmajfault")).isPositive();
        }
    }

    @Test
    void aDirectoryOfAnotherSweepIsLeftAlone() throws IOException {
        Path out = directory.resolve("taken");
        Sweep sweep = sweep("50%");
        SweepDirectory.Identity own = SweepDirectory.Identity.of(sweep, "", "gleaner");
        SweepDirectory.take(out, own).close();
        assertThatThrownBy(() -> run(sweep("40%"), "taken", Progress.SILENT))
                .isInstanceOf(BadInput.class)
                .hasMessageEndingWith(
                        "taken: holds results of another sweep, 'sweep'; name a new directory");
        assertThatThrownBy(() -> run(sweep, "taken", Progress.SILENT))
                .hasMessageContaining("holds results of other traces or scenarios");
    }
}
