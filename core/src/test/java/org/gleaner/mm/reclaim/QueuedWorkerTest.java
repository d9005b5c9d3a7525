package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BiConsumer;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// When the worker takes the CPU from the task that reclaims, which marks that as having run.
final class QueuedWorkerTest {
    /// A tick is 4,000 pages scanned, 40,000 sorted, or 400 us of this machine's walking.
    private static final ReclaimPace PACE = new ReclaimPace(1_000, 100, 10);

    private final SmallHost small = SmallHost.virtual();

    /// Of a hundred reclaims, during how many the worker ran.
    private int ofAHundred(@Nullable ReclaimPace pace, BiConsumer<Cpu, QueuedWorker> reclaim) {
        int[] ran = new int[1];
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 8);
            ReclaimContext context = small.host().reclaim().context();
            context.currentTask().enter(cpu, p.mm);
            for (int seed = 0; seed < 100; seed++) {
                p.mm.testAndClearUsed(cpu);
                reclaim.accept(cpu, new QueuedWorker(context, pace, seed));
                ran[0] += p.mm.testAndClearUsed(cpu) ? 1 : 0;
            }
            context.currentTask().leave(cpu);
        });
        return ran[0];
    }

    private void count(Cpu cpu, VmEvent event, long pages) {
        small.host().reclaim().context().stat().add(cpu, event, pages);
    }

    private void scanAndLook(Cpu cpu, QueuedWorker worker) {
        worker.queue(cpu);
        count(cpu, VmEvent.PGSCAN, 4_000);
        worker.look(cpu);
    }

    private void sortAndLook(Cpu cpu, QueuedWorker worker) {
        worker.queue(cpu);
        count(cpu, VmEvent.PGREFILL, 20_000);
        worker.look(cpu);
    }

    private void walk(Cpu cpu, QueuedWorker worker) {
        worker.queue(cpu);
        worker.walked(cpu, 100_000);
    }

    private void queueTwice(Cpu cpu, QueuedWorker worker) {
        worker.limitHit(cpu);
        count(cpu, VmEvent.PGSCAN, 3_999);
        worker.queue(cpu);
        count(cpu, VmEvent.PGSCAN, 1);
        worker.look(cpu);
    }

    private void scanUnqueued(Cpu cpu, QueuedWorker worker) {
        count(cpu, VmEvent.PGSCAN, 8_000);
        worker.look(cpu);
        worker.leave(cpu);
    }

    private void queueAndLeave(Cpu cpu, QueuedWorker worker) {
        worker.queue(cpu);
        worker.leave(cpu);
    }

    @Test
    void itRunsAtOnceWhereTheKernelIsNotLazy() {
        assertThat(ofAHundred(null, (cpu, worker) -> worker.queue(cpu))).isEqualTo(100);
    }

    @Test
    void thereALimitThatIsHitMarksNothingBeforeReclaimBegins() {
        assertThat(ofAHundred(null, (cpu, worker) -> worker.limitHit(cpu))).isZero();
    }

    @Test
    void aLazyKernelLetsItWaitUntilTheTaskLeaves() {
        assertThat(ofAHundred(PACE, (cpu, worker) -> worker.queue(cpu))).isZero();
        assertThat(ofAHundred(PACE, this::queueAndLeave)).isEqualTo(100);
    }

    @Test
    void orUntilATickWhichComesWithinFourMilliseconds() {
        assertThat(ofAHundred(PACE, this::scanAndLook)).isEqualTo(100);
        assertThat(ofAHundred(PACE, this::sortAndLook)).isBetween(35, 65);
        assertThat(ofAHundred(PACE, this::walk)).isBetween(12, 38);
    }

    @Test
    void aTickRunsNobodyWhoIsNotQueued() {
        assertThat(ofAHundred(PACE, this::scanUnqueued)).isZero();
    }

    @Test
    void whatIsQueuedWhileItWaitsDoesNotPutItOff() {
        assertThat(ofAHundred(PACE, this::queueTwice)).isEqualTo(100);
    }
}
