package org.gleaner.fleet.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// A sweep on a master and two workers on loopback, of which one is killed on the way: nothing is
/// lost, nothing is there twice, and all is as in one process. `mvn -Pcluster test -pl fleet -am`.
@Tag("long")
@EnabledIfSystemProperty(named = "gleaner.cluster", matches = "true")
final class ClusterSweepTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int POINTS = 24;

    @TempDir Path directory;

    @Test
    void aLostWorkerLosesNothing() throws IOException, InterruptedException {
        Files.writeString(
                directory.resolve("sweep.yaml"),
                """
                command: replay
                fixed: {trace: tree}
                vary:
                  kernel: [6.1, 6.12, 6.18, 7.2]
                  lru: [mglru, classic]
                  memory: [70%, 55%, 40%]
                """);
        Path cluster = directory.resolve("cluster");
        run("gleaner", "sweep", "--help");
        try {
            run("fleet/cluster.sh", "start", cluster.toString());
            Process sweep = gleaner("cluster-table", "--master", "spark://127.0.0.1:7077");
            awaitFiles(directory.resolve("cluster-table/points"));
            long worker = Long.parseLong(Files.readString(cluster.resolve("worker-1.pid")).strip());
            assertThat(ProcessHandle.of(worker)).get().matches(ProcessHandle::destroyForcibly);
            end(sweep);
        } finally {
            run("fleet/cluster.sh", "stop", cluster.toString());
        }
        end(gleaner("own-table", "--cores", "1"));
        assertThat(lines("cluster-table")).hasSize(POINTS).isEqualTo(lines("own-table"));
        assertThat(lines("own-table")).allSatisfy(line -> assertThat(line.failures()).isEmpty());
    }

    private List<SweepTable.Line> lines(String out) {
        return SweepTable.read(directory.resolve(out), new SweepTable.Wanted(null, 100)).rows();
    }

    private Process gleaner(String out, String... where) throws IOException {
        List<String> words =
                new ArrayList<>(List.of("gleaner", "sweep", directory + "/sweep.yaml", "-q"));
        words.addAll(List.of("--out", directory.resolve(out).toString()));
        words.addAll(List.of(where));
        return start(words);
    }

    private static void awaitFiles(Path points) throws IOException, InterruptedException {
        for (int tries = 0; tries < 3000; tries++) {
            if (Files.isDirectory(points)) {
                try (Stream<Path> files = Files.list(points)) {
                    if (files.filter(file -> file.toString().endsWith(".parquet")).count() >= 4) {
                        return;
                    }
                }
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no point was finished in five minutes");
    }

    private void run(String... words) throws IOException, InterruptedException {
        end(start(List.of(words)));
    }

    private Process start(List<String> words) throws IOException {
        List<String> command = new ArrayList<>(words);
        command.set(0, ROOT.resolve(words.getFirst()).toString());
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.appendTo(directory.resolve("said").toFile()));
        builder.environment().put("GLEANER_JAVA_OPTS", "-Xmx1g");
        return builder.start();
    }

    private void end(Process process) throws IOException, InterruptedException {
        assertThat(process.waitFor(15, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as("%s", Files.readString(directory.resolve("said")))
                .isZero();
    }
}
