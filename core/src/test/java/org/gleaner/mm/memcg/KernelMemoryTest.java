package org.gleaner.mm.memcg;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.mm.SmallHost;
import org.junit.jupiter.api.Test;

/// What a cgroup pays for the kernel's own memory.
final class KernelMemoryTest {
    private final SmallHost small = SmallHost.virtual();

    @Test
    void objectsShareAPageUntilItIsFull() {
        small.run(cpu -> {
            Memcg memcg = small.host().memcgs().add(1_000);
            KernelMemory kernel = small.host().kernelMemory();
            int[] pages = new int[8];
            for (int i = 0; i < pages.length; i++) {
                kernel.chargeBytes(cpu, memcg, 584);
                pages[i] = (int) memcg.kernelPages().snapshot();
            }
            assertThat(pages).containsExactly(1, 1, 1, 1, 1, 1, 1, 2);
        });
    }

    @Test
    void whatDoesNotFitIsNotCharged() {
        small.run(cpu -> {
            Memcg memcg = small.host().memcgs().add(100);
            small.host().kernelMemory().chargePages(cpu, memcg, 150);
            assertThat(memcg.kernelPages().snapshot()).isEqualTo(100);
            assertThat(memcg.current()).isEqualTo(100);
        });
    }
}
