package org.gleaner.mm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs that must repeat to the bit, and simple patterns whose counts are known beforehand.
final class GoldenTest {
    private static final int LIMIT = 1_024;

    /// All counters, and the time it took, after a Zipf-like use of memory twice as large as the
    /// limit.
    private static String fingerprint(long seed, int lruGen) {
        SmallHost small = SmallHost.virtual(seed).lruGen(lruGen).switchChance(0.1);
        long[] end = new long[1];
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, 2 * LIMIT);
            Random random = new Random(seed);
            for (int i = 0; i < 20_000; i++) {
                int page = (int) (2 * LIMIT * Math.pow(random.nextDouble(), 3));
                access(cpu, p, page, random.nextInt(10) < 3);
                if (i % 512 == 511 && p.memcg.lruvec().stats().flushIsDue(cpu, 1)) {
                    p.memcg.lruvec().flushStats(cpu);
                }
            }
            end[0] = cpu.now();
        });
        return end[0] + " ns " + small.host().stat().snapshot();
    }

    private static void access(Cpu cpu, Process p, int page, boolean write) {
        if (write) {
            p.write(cpu, page);
        } else {
            p.read(cpu, page);
        }
    }

    /// For a JVM of its own: prints the fingerprints.
    public static void main(String[] seeds) {
        for (String seed : seeds) {
            System.out.println(fingerprint(Long.parseLong(seed), 7));
            System.out.println(fingerprint(Long.parseLong(seed), 0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void theSameSeedGivesTheSameCountersAndTimes(int lruGen) {
        assertThat(fingerprint(4, lruGen)).isEqualTo(fingerprint(4, lruGen));
    }

    @Test
    void neitherHeapSizeNorCollectorMatters() throws IOException, InterruptedException {
        String here = fingerprint(5, 7) + "\n" + fingerprint(5, 0) + "\n";
        assertThat(inAnotherJvm("-Xmx40m", "-XX:+UseSerialGC")).isEqualTo(here);
        assertThat(inAnotherJvm("-Xmx600m", "-XX:+UseParallelGC")).isEqualTo(here);
    }

    private static String inAnotherJvm(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("--add-exports", "java.base/jdk.internal.vm=ALL-UNNAMED"));
        String path = System.getProperty("java.class.path");
        command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", path)));
        command.addAll(List.of(GoldenTest.class.getName(), "5"));
        java.lang.Process jvm = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jvm.waitFor()).as(output).isZero();
        return output;
    }

    /// A loop just larger than memory: the page needed next is always the one evicted last but one
    /// round.
    @Test
    void theClassicListsMissEveryAccessOfALoop() {
        SmallHost small = SmallHost.virtual().classic();
        loop(small, LIMIT, LIMIT * 6 / 5, 20_000);
        long distinct = LIMIT * 6 / 5;
        assertThat(small.stat(VmEvent.PGMAJFAULT)).isEqualTo(20_000 - distinct);
        assertThat(small.stat(VmEvent.PGFAULT)).isEqualTo(20_000);
        assertThat(small.stat(VmEvent.PGACTIVATE)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"7, 1024, 1024", "0, 1024, 1024", "7, 1024, 900", "0, 64, 64"})
    void whatFitsIsNeverEvicted(int lruGen, int limit, int pages) {
        SmallHost small = SmallHost.virtual().lruGen(lruGen);
        loop(small, limit, pages, 10_000);
        assertThat(small.stat(VmEvent.PGSCAN)).isZero();
        assertThat(small.stat(VmEvent.PGFAULT)).isEqualTo(pages);
    }

    /// Real kernels miss about six accesses in ten of such a loop.
    @Test
    void generationsKeepPartOfALoop() {
        SmallHost small = SmallHost.virtual().switchChance(0.1);
        loop(small, LIMIT, LIMIT * 6 / 5, 60_000);
        assertThat(small.stat(VmEvent.PGMAJFAULT) / 60_000.0).isBetween(0.4, 0.85);
        assertThat(small.stat(VmEvent.PSWPOUT)).isEqualTo(small.stat(VmEvent.PGSTEAL_ANON));
    }

    private static void loop(SmallHost small, int limit, int pages, int accesses) {
        small.run(cpu -> {
            Process p = small.process(cpu, limit, pages);
            for (int i = 0; i < accesses; i++) {
                access(cpu, p, i % pages, i < pages || i % 10 < 3);
                if (i % 512 == 511) {
                    p.memcg.lruvec().flushStats(cpu);
                }
            }
        });
    }
}
