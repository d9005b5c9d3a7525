package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `vm.swappiness` where there is nothing but anonymous memory.
final class SwappinessTest {
    private static final int PAGES = 600;

    @ParameterizedTest
    @CsvSource({"6.1, 0", "6.12, 0", "6.18, 0", "7.2, 0", "6.1, 7", "6.12, 7", "6.18, 7", "7.2, 7"})
    void atZeroALimitKillsRatherThanSwaps(String kernel, int lruGen) {
        assertThat(swapsUnderALimit(kernel, lruGen, 0)).isFalse();
        for (int swappiness : new int[] {1, 60, 200}) {
            assertThat(swapsUnderALimit(kernel, lruGen, swappiness)).isTrue();
        }
    }

    private static boolean swapsUnderALimit(String kernel, int lruGen, int swappiness) {
        SmallHost small = host(kernel, lruGen).swappiness(swappiness);
        boolean[] got = new boolean[1];
        small.run(cpu -> {
            Process process = small.process(cpu, PAGES / 2, PAGES);
            got[0] = gets(cpu, process);
        });
        assertThat(small.stat(VmEvent.PSWPOUT) > 0).isEqualTo(got[0]);
        return got[0];
    }

    /// The classic LRU swaps all the same once a host has no files left that it could take; MGLRU
    /// does not.
    @ParameterizedTest
    @CsvSource({
        "6.1, 0, true",
        "6.18, 0, true",
        "6.1, 7, false",
        "6.12, 7, false",
        "7.2, 7, false"
    })
    void atZeroAHostWithoutFilesSwapsUnderTheClassicLruAlone(
            String kernel, int lruGen, boolean swaps) {
        SmallHost small = host(kernel, lruGen).swappiness(0).frames(PAGES / 2);
        small.run(cpu -> {
            Process process = small.process(cpu, Memcg.UNLIMITED, PAGES);
            assertThat(gets(cpu, process)).isEqualTo(swaps);
        });
        assertThat(small.stat(VmEvent.PSWPOUT) > 0).isEqualTo(swaps);
    }

    /// Whether the process gets all its pages.
    private static boolean gets(Cpu cpu, Process process) {
        for (int page = 0; page < PAGES; page++) {
            if (process.task.access(cpu, Process.BASE + page, true) == PageFaults.NOMEM) {
                return false;
            }
        }
        return true;
    }

    private static SmallHost host(String kernel, int lruGen) {
        return SmallHost.virtual().kernel(KernelVersion.forName(kernel)).lruGen(lruGen);
    }
}
