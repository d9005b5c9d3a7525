package org.gleaner.lab.execute.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.gleaner.lab.Progress;
import org.junit.jupiter.api.Test;

final class CoresTest {

    @Test
    void allUnlessFewerAreGranted() {
        assertThat(Cores.count()).isEqualTo(Cores.ALL);
        assertThat(Cores.<Integer, RuntimeException>within(1, Cores::count)).isEqualTo(1);
        assertThat(Cores.count()).isEqualTo(Cores.ALL);
    }

    @Test
    void threadsHaveWhatTheirMakerHas() throws Exception {
        int of =
                Cores.within(
                        3,
                        () -> {
                            try (ExecutorService threads = Cores.threads(8)) {
                                return threads.submit(Cores::count).get();
                            }
                        });
        assertThat(of).isEqualTo(3);
    }

    @Test
    void hostsOfOneCoreRunOneAfterTheOther() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<ParallelRuns.Task<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tasks.add(_ -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                sleep();
                return running.decrementAndGet();
            });
        }
        Cores.within(
                1, () -> ParallelRuns.run("four", tasks, 4, true, Cores.count(), Progress.SILENT));
        assertThat(most).hasValue(1);
    }

    private static void sleep() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
