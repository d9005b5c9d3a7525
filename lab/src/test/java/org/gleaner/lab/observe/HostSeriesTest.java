package org.gleaner.lab.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gleaner.lab.size.Span;
import org.junit.jupiter.api.Test;

final class HostSeriesTest {
    private static final long EVERY = Pace.USUAL.nanos();

    private static HostSample moment(long nanos, boolean isBound, int rows) {
        HostSample.Row row = new HostSample.Row("x", new long[] {nanos});
        return new HostSample(nanos, "part", isBound, java.util.Collections.nCopies(rows, row));
    }

    /// Asks when to look next, as an engine does that is late by `late` each time.
    private static void sample(HostSeries series, long until, long late, int rows) {
        for (long at = 0; at < until; at = series.next(at) + late) {
            series.add(moment(at, false, rows));
        }
    }

    @Test
    void aShortRunKeepsAll() {
        HostSeries series = new HostSeries("x", Pace.USUAL, false);
        sample(series, 100 * EVERY, 0, 1);
        assertThat(series.moments()).hasSize(100);
        assertThat(series.intervalNanos()).isEqualTo(EVERY);
    }

    @Test
    void ofALongRunThereAreNeverMoreAndTheyStayEven() {
        for (long length : new long[] {1_000, 10_000, 123_456, 1_000_000}) {
            HostSeries series = new HostSeries("x", Pace.USUAL, false);
            sample(series, length * EVERY, EVERY / 7, 1);
            List<HostSample> all = series.moments();
            assertThat(all)
                    .hasSizeBetween(Pace.USUAL.mostSamples() / 2 - 1, Pace.USUAL.mostSamples());
            for (int i = 1; i < all.size(); i++) {
                long passed = all.get(i).nanos() - all.get(i - 1).nanos();
                assertThat(passed)
                        .isBetween(series.intervalNanos() / 2, series.intervalNanos() * 2);
            }
        }
    }

    @Test
    void whereAPartBeginsIsKept() {
        HostSeries series = new HostSeries("x", Pace.USUAL, false);
        series.add(moment(17, true, 1));
        sample(series, 100_000 * EVERY, 0, 1);
        series.add(moment(100_000 * EVERY + 5, true, 1));
        assertThat(series.moments().getFirst().nanos()).isEqualTo(17);
        assertThat(series.moments().getLast().nanos()).isEqualTo(100_000 * EVERY + 5);
    }

    @Test
    void manyGroupsHaveFewerSamples() {
        HostSeries series = new HostSeries("x", Pace.USUAL, false);
        sample(series, 10_000 * EVERY, 0, 100);
        assertThat(series.moments()).hasSizeBetween(20, Pace.USUAL.mostRows() / 100);
    }

    @Test
    void anIntervalThatWasAskedForHolds() {
        Pace pace = Pace.of(Span.parse("10us"));
        HostSeries series = new HostSeries("x", pace, false);
        sample(series, 50_000 * pace.nanos(), 0, 1);
        assertThat(series.moments()).hasSize(50_000);
        assertThat(series.intervalNanos()).isEqualTo(10_000);
    }

    @Test
    void heatIsFewerLooksFurtherApart() {
        HostSeries series = new HostSeries("x", Pace.USUAL, false);
        long looks = 0;
        for (long at = 0; at < 100_000 * EVERY; at = series.next(at)) {
            if (series.heatIsDue(at)) {
                looks++;
                series.addHeat(List.of(new Heat("g", at, 0, 0, 1, 1, 1, 1, 1, 0, 0)));
            }
        }
        assertThat(series.heat()).hasSizeBetween(64, 128);
        assertThat(looks).isLessThan(1000);
    }
}
