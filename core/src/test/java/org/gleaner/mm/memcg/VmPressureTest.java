package org.gleaner.mm.memcg;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.mm.SmallHost;
import org.junit.jupiter.api.Test;

/// When the worker runs.
final class VmPressureTest {
    /// The scans of one reclaim of a real 6.12, pass by pass, and where it queued its work.
    @Test
    void aWindowOfScannedPagesHasTheWorkerRun() {
        SmallHost.virtual()
                .run(cpu -> {
                    VmPressure pressure = new VmPressure();
                    for (long scanned : new long[] {64, 64, 64, 1, 64, 64, 128}) {
                        assertThat(pressure.scanned(cpu, scanned)).isFalse();
                    }
                    assertThat(pressure.scanned(cpu, 192)).isTrue();
                    assertThat(pressure.scanned(cpu, 320)).isFalse();
                    assertThat(pressure.scanned(cpu, VmPressure.WINDOW)).isTrue();
                    assertThat(pressure.scanned(cpu, 663)).isTrue();
                });
    }

    @Test
    void aPassThatScannedNothingIsNotReported() {
        SmallHost.virtual()
                .run(cpu -> {
                    VmPressure pressure = new VmPressure();
                    assertThat(pressure.scanned(cpu, VmPressure.WINDOW - 1)).isFalse();
                    assertThat(pressure.scanned(cpu, 0)).isFalse();
                    assertThat(pressure.scanned(cpu, 1)).isTrue();
                });
    }
}
