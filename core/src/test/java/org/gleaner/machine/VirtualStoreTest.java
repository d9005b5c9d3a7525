package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/// Who stores goes on while the line comes, up to its next read-modify-write; who waits for the
/// value has it when the line has come.
final class VirtualStoreTest {
    private static final long WORK = 500;

    private final CostModel costs = CostModel.named("x86-server");
    private final long transfer = nanos(Cost.LINE_XFER_SAME);
    private final long local = nanos(Cost.LINE_LOCAL_RMW);

    @Test
    void workHidesTheWayOfAStoredLine() {
        assertThat(timeOf((cpu, w) -> cpu.store(w, 1), WORK)).isEqualTo(WORK);
        assertThat(timeOf((cpu, w) -> cpu.fetchAdd(w, 1), WORK)).isEqualTo(WORK + transfer);
    }

    @Test
    void littleWorkHidesAsMuchAsItIs() {
        assertThat(timeOf((cpu, w) -> cpu.store(w, 1), 10)).isEqualTo(transfer);
        assertThat(timeOf((cpu, w) -> cpu.store(w, 1), 0)).isEqualTo(transfer);
    }

    @Test
    void aDeclaredStoreIsOneWhateverItsMethod() {
        assertThat(
                        timeOf(
                                (cpu, w) -> {
                                    cpu.plainly();
                                    cpu.fetchAnd(w, 0);
                                },
                                WORK))
                .isEqualTo(WORK);
    }

    @Test
    void twoStoresAreUnderWayAtOnce() {
        Word second = new Word();
        assertThat(
                        timeOf(
                                (cpu, w) -> {
                                    cpu.store(w, 1);
                                    cpu.store(second, 1);
                                },
                                0))
                .isEqualTo(transfer);
    }

    @Test
    void othersSeeAStoreWhenTheLineHasCome() {
        Word word = new Word();
        AtomicLong seenAt = new AtomicLong();
        VirtualEngine engine = new VirtualEngine(costs, VirtualOptions.seed(1));
        engine.spawn("owner", cpu -> cpu.fetchAdd(word, 0));
        engine.spawn(
                "storer",
                cpu -> {
                    cpu.chargeNanos(1_000);
                    cpu.store(word, 1);
                    cpu.chargeNanos(10_000);
                    cpu.step();
                });
        engine.spawn(
                "reader",
                cpu -> {
                    cpu.await(word, -1, 1);
                    seenAt.set(cpu.now());
                });
        engine.run();
        assertThat(seenAt.get()).isBetween(1_000 + transfer, 1_000 + 3 * transfer + local);
    }

    private long nanos(Cost cost) {
        return costs.ticks(cost) / CostModel.TICKS_PER_NANO;
    }

    /// What `access` and then `work` ns take a CPU, on a line that another has, up to its next
    /// read-modify-write, which is not counted.
    private long timeOf(BiConsumer<Cpu, Word> access, long work) {
        Word word = new Word();
        AtomicLong took = new AtomicLong();
        VirtualEngine engine = new VirtualEngine(costs, VirtualOptions.seed(1));
        engine.spawn("owner", cpu -> cpu.fetchAdd(word, 0));
        engine.spawn(
                "storer",
                cpu -> {
                    cpu.chargeNanos(1_000);
                    cpu.step();
                    access.accept(cpu, word);
                    cpu.chargeNanos(work);
                    cpu.step();
                    took.set(cpu.now() - 1_000);
                });
        engine.run();
        return took.get();
    }
}
