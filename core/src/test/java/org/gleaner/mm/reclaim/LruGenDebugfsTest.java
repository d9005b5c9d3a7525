package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.reclaim.LruGenDebugfs.Errno;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The debugfs files against what real kernels of 6.1.192, 6.12.107, 6.18.15 and 7.2.12 print and
/// answer.
final class LruGenDebugfsTest {
    private static final int PAGES = 930;

    private SmallHost small = SmallHost.virtual();

    private LruGenDebugfs files() {
        return small.host().reclaim().lruGenDebugfs();
    }

    /// A cgroup with 930 pages, all of them on its lists; the kernels' numbers for it: 2.
    private Process full(Cpu cpu) {
        Process p = small.process(cpu, Memcg.UNLIMITED, 1536);
        p.writeAll(cpu, 0, PAGES);
        return p;
    }

    private void kernel(KernelVersion version) {
        small = SmallHost.virtual().kernel(version);
    }

    /// The part of a text that is about the cgroup, without its first two lines. All is over
    /// before the first tick, so all ages are 0.
    private static String rows(String text) {
        return text.substring(text.indexOf("/2\n node     0\n") + 15);
    }

    @Test
    void theTextNamesEveryCgroupAndItsGenerations() {
        small.run(cpu -> {
            full(cpu);
            assertThat(files().lruGen(cpu))
                    .isEqualTo(
                            """
                            memcg     1 /
                             node     0
                                      0          0          0           0\s
                                      1          0          0           0\s
                                      2          0          0           0\s
                                      3          0          0           0\s
                            memcg     2 /2
                             node     0
                                      0          0          0           0\s
                                      1          0          0           0\s
                                      2          0          0           0\s
                                      3          0        930           0\s
                            """);
        });
    }

    @Test
    void theNumberIsNotPaddedSince72() {
        kernel(KernelVersion.V7_2);
        small.run(cpu -> {
            full(cpu);
            assertThat(files().lruGen(cpu)).startsWith("memcg 1 /\n").contains("\nmemcg 2 /2\n");
        });
    }

    @Test
    void theFullTextHasTiersAndWalks() {
        small.run(cpu -> {
            full(cpu);
            assertThat(files().write(cpu, "+ 2 0 3 1 1")).isNull();
            assertThat(rows(files().lruGenFull(cpu)))
                    .isEqualTo(
                            """
                                      1          0          0           0\s
                                                 0          0r          0e          0p          0r          0e          0p
                                                 1          0r          0e          0p          0r          0e          0p
                                                 2          0r          0e          0p          0r          0e          0p
                                                 3          0r          0e          0p          0r          0e          0p
                                                            0x          0x          0x          0x
                                      2          0          0           0\s
                                                 0          0x          0x          0x          0x          0x          0x
                                                 1          0x          0x          0x          0x          0x          0x
                                                 2          0x          0x          0x          0x          0x          0x
                                                 3          0x          0x          0x          0x          0x          0x
                                                            0x          0x          0x          0x
                                      3          0        930           0\s
                                                 0          0x          0x          0x          0x          0x          0x
                                                 1          0x          0x          0x          0x          0x          0x
                                                 2          0x          0x          0x          0x          0x          0x
                                                 3          0x          0x          0x          0x          0x          0x
                                                            0x          0x          0x          0x
                                      4          0          0           0\s
                                                 0          0R          0T          0x          0R          0T          0x
                                                 1          0R          0T          0x          0R          0T          0x
                                                 2          0R          0T          0x          0R          0T          0x
                                                 3          0R          0T          0x          0R          0T          0x
                                                         1025T        930Y          2F          2A
                            """);
        });
    }

    @Test
    void kernel61CountsMoreAndLeavesBlanks() {
        kernel(KernelVersion.V6_1);
        small.run(cpu -> {
            full(cpu);
            files().write(cpu, "+ 2 0 3 1 1");
            String text = rows(files().lruGenFull(cpu));
            assertThat(text)
                    .contains(
                            """
                                      2          0          0           0\s
                                                 0          0           0           0           0           0           0\s
                            """)
                    .endsWith(
                            """
                                      4          0          0           0\s
                                                 0          0R          0T          0           0R          0T          0\s
                                                 1          0R          0T          0           0R          0T          0\s
                                                 2          0R          0T          0           0R          0T          0\s
                                                 3          0R          0T          0           0R          0T          0\s
                                                         1025L          0O        930Y          2N          2F          2A
                            """);
        });
    }

    @Test
    void whatIsGoneIsMarked() {
        small.run(cpu -> {
            Process p = full(cpu);
            Session session = new Session(small, p);
            session.pass(cpu, 3);
            assertThat(rows(files().lruGenFull(cpu)))
                    .startsWith(
                            """
                                      0          0          0x          0x
                                                 0          0x          0x          0x          0x          0x          0x
                            """);
            assertThat(rows(files().lruGen(cpu))).startsWith("          2 ");
        });
    }

    @Test
    void agesAreInMillisecondsOfWholeTicks() {
        small.run(cpu -> {
            full(cpu);
            files().write(cpu, "+ 2 0 3");
            cpu.sleep(1_030_000_000);
            String youngest = files().lruGen(cpu).lines().toList().getLast();
            long age = Long.parseLong(youngest.strip().split(" +")[1]);
            assertThat(age % 4).isZero();
            assertThat(age).isBetween(1028L, 1032L);
        });
    }

    /// What is touched between two agings becomes young; four times by force, and what was in the
    /// oldest generation moves up.
    @Test
    void agingsByForceSortByUse() {
        small.run(cpu -> {
            Process p = full(cpu);
            for (int seq = 3; seq <= 6; seq++) {
                assertThat(files().write(cpu, "+ 2 0 %d 1 1\n".formatted(seq))).isNull();
                p.readAll(cpu, 0, 100);
                if (seq == 4) {
                    assertThat(p.labelled(3)).isEqualTo(PAGES - 100);
                    assertThat(p.labelled(4)).isEqualTo(100);
                }
            }
            assertThat(p.gen().maxSeq(cpu)).isEqualTo(7);
            assertThat(p.gen().minSeq(cpu, LruGen.ANON)).isEqualTo(4);
            assertThat(p.labelled(4)).isEqualTo(PAGES - 100);
            assertThat(p.labelled(6)).isEqualTo(100);
        });
    }

    /// Asked of a cgroup with generations 3 to 6.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "+ 2 0 6 1 1 | OK | OK | 7",
                "+ 2 0 6 | OK | OK | 7",
                "+2 0 6 | OK | OK | 7",
                "+ 2 0 6 200 2 | OK | OK | 7",
                "+ 2 0 6 1 0 | ERANGE | OK | 7",
                "+ 2 0 7 1 1 | EINVAL | EINVAL | 6",
                "+ 2 0 5 1 1 | NOTHING | OK | 7",
                "+ 2 0 0 1 1 | NOTHING | OK | 7",
                "+ 2 0 6 201 | EINVAL | OK | 7",
                "+ 2 0 6 max | EINVAL | OK | 7",
                "+ 2 0 6 0x10 | EINVAL | OK | 7",
                "+ 2 0 6 202 | EINVAL | EINVAL | 6",
                "+ 2 0 6 -1 | EINVAL | EINVAL | 6",
                "+ 2 0 6 1 -1 | EINVAL | EINVAL | 6",
                "+ 2 0 6 1.5 | EINVAL | EINVAL | 6",
                "+ 2 0 6 1 1 9 | EINVAL | EINVAL | 6",
                "+ 2 0 6junk | EINVAL | EINVAL | 6",
                "+ 2 0 -1 | EINVAL | EINVAL | 6",
                "+ 2 0 | EINVAL | EINVAL | 6",
                "+ 2 1 6 | EINVAL | EINVAL | 6",
                "+ 0 0 6 | EINVAL | EINVAL | 6",
                "+ 9999 0 6 | EINVAL | EINVAL | 6",
                "++ 2 0 6 | EINVAL | EINVAL | 6",
                "* 2 0 6 | EINVAL | EINVAL | 6",
                "x | EINVAL | EINVAL | 6",
                "\" \" | EINVAL | EINVAL | 6",
                ";; | EINVAL | EINVAL | 6",
                "- 2 0 6 | EINVAL | EINVAL | 6",
                "- 2 0 5 | EINVAL | EINVAL | 6",
                "- 2 0 4 201 0 | EINVAL | OK | 6",
                "- 2 0 4 200 -1 | EINVAL | EINVAL | 6",
                "- 2 0 4 200 0 | OK | OK | 6",
                "- 2 0 2 | OK | OK | 6",
                " + 2  0 6 ; ;,+ 2 0 7 | OK | OK | 8",
                "+ 2 0 6; bad; + 2 0 7 | EINVAL | EINVAL | 7",
            })
    void answersAreTheKernels(String command, String until612, String since618, long max) {
        for (KernelVersion version : KernelVersion.values()) {
            kernel(version);
            boolean later = !version.isBefore(KernelVersion.V6_18);
            String expected = later ? since618 : until612;
            boolean acts = expected.equals("OK") || command.contains("bad");
            small.run(cpu -> {
                Process p = full(cpu);
                assertThat(files().write(cpu, "+ 2 0 3,+ 2 0 4,+ 2 0 5")).isNull();
                Errno errno = files().write(cpu, command.replace(',', '\n'));
                assertThat(errno == null ? "" : errno.name())
                        .as("%s on %s", command, version)
                        .isEqualTo(expected.startsWith("E") ? expected : "");
                assertThat(p.gen().maxSeq(cpu))
                        .as("youngest after %s on %s", command, version)
                        .isEqualTo(acts ? max : 6);
            });
        }
    }

    @ParameterizedTest
    @EnumSource(KernelVersion.class)
    void evictionGoesAsFarAsAsked(KernelVersion version) {
        kernel(version);
        boolean exact = !version.isBefore(KernelVersion.V6_18);
        small.run(cpu -> {
            Process p = full(cpu);
            ageTwice(cpu);
            assertThat(files().write(cpu, "- 2 0 3 200 100")).isNull();
            assertThat(small.stat(VmEvent.PSWPOUT)).isEqualTo(exact ? 100 : 128);
            assertThat(small.stat(VmEvent.PGSTEAL)).isEqualTo(exact ? 100 : 128);
            assertThat(p.isSwapped(0)).isTrue();
            assertThat(files().write(cpu, "- 2 0 3 0 100")).isNull();
            assertThat(small.stat(VmEvent.PGSTEAL)).isEqualTo(exact ? 100 : 128);
            // without a number, to the end
            assertThat(files().write(cpu, "- 2 0 3")).isNull();
            assertThat(small.stat(VmEvent.PSWPOUT)).isEqualTo(PAGES);
        });
    }

    private void ageTwice(Cpu cpu) {
        assertThat(files().write(cpu, "+ 2 0 3 1 1;+ 2 0 4 1 1")).isNull();
    }

    @Test
    void whereTheClassicListsRuleGenerationsAreEmptyAndOpenedAllTheSame() {
        small = SmallHost.virtual().classic();
        small.run(cpu -> {
            full(cpu);
            ageTwice(cpu);
            assertThat(files().write(cpu, "- 2 0 3")).isNull();
            assertThat(rows(files().lruGen(cpu)))
                    .isEqualTo(
                            """
                                      4          0          0           0\s
                                      5          0          0           0\s
                            """);
        });
    }
}
