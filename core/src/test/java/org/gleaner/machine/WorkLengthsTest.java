package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class WorkLengthsTest {
    private static final int DRAWS = 1 << 18;

    private static long[] sorted(long mean) {
        WorkLengths lengths = new WorkLengths(1, 7);
        return IntStream.range(0, DRAWS).mapToLong(_ -> lengths.of(mean)).sorted().toArray();
    }

    @Test
    void haveTheMeanThatTheyAreGiven() {
        double mean = Arrays.stream(sorted(1_000_000)).average().orElseThrow();
        assertThat(mean).isCloseTo(1_000_000, within(10_000.0));
    }

    /// The shortest to the median, and that to the 95th of a hundred, as measured: 575, 1013, 4025.
    @Test
    void haveTheMeasuredShape() {
        long[] all = sorted(1_000_000);
        double median = all[DRAWS / 2];
        assertThat(all[0] / median).isCloseTo(575.0 / 1013, within(0.03));
        assertThat(all[DRAWS * 95 / 100] / median).isCloseTo(4025.0 / 1013, within(0.15));
    }

    @Test
    void areTheSameForASeedAndAnId() {
        WorkLengths one = new WorkLengths(3, 5);
        WorkLengths same = new WorkLengths(3, 5);
        WorkLengths other = new WorkLengths(3, 6);
        long[] a = IntStream.range(0, 50).mapToLong(_ -> one.of(1 << 20)).toArray();
        long[] b = IntStream.range(0, 50).mapToLong(_ -> same.of(1 << 20)).toArray();
        long[] c = IntStream.range(0, 50).mapToLong(_ -> other.of(1 << 20)).toArray();
        assertThat(a).isEqualTo(b).isNotEqualTo(c);
    }

    /// One or two CPUs take what the model says; of three, each its own time.
    @Test
    void onlyWorkBesideOthersVaries() {
        long told = CostModel.named("x86-server").ticks(Cost.KVM_MAP) / CostModel.TICKS_PER_NANO;
        assertThat(took(2)).containsOnly(10 * told);
        assertThat(Arrays.stream(took(3)).distinct().count()).isEqualTo(3);
    }

    private static long[] took(int cpus) {
        var engine = new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
        long[] nanos = new long[cpus];
        for (int i = 0; i < cpus; i++) {
            int at = i;
            engine.spawn(
                    "cpu" + i,
                    cpu -> {
                        for (int n = 0; n < 10; n++) {
                            cpu.chargeVarying(Cost.KVM_MAP);
                            cpu.step();
                        }
                        nanos[at] = cpu.now();
                    });
        }
        engine.run();
        return nanos;
    }
}
