package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ProgressBarTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long nanos;

    @Test
    void drawsABarWithRateAndTimeLeft() {
        ProgressBar bar = bar(ProgressBar.Mode.BAR);
        bar.begin("replay sqlite", 1000_000);
        after(2, () -> bar.at(500_000));

        assertThat(text())
                .endsWith(
                        "\r"
                                + "X[Kreplay sqlite [###############...............] 50% 250 k/s, 2 s"
                                + " left");
    }

    @Test
    void drawsAtMostTenTimesASecond() {
        ProgressBar bar = bar(ProgressBar.Mode.BAR);
        bar.begin("t", 10);
        after(0.09, () -> bar.at(1));
        assertThat(text()).isEmpty();
        after(0.02, () -> bar.at(2));
        assertThat(text()).contains("20%");
    }

    @Test
    void clearsTheBarAtItsEndAndBeforeALine() {
        ProgressBar bar = bar(ProgressBar.Mode.BAR);
        bar.begin("t", 10);
        bar.say("run1 done");
        bar.end();
        assertThat(text()).isEqualTo("\rX[Krun1 done\n\rX[K");
    }

    @Test
    void writesALineNowAndThenWhereThereIsNoTerminal() {
        ProgressBar bar = bar(ProgressBar.Mode.LINES);
        bar.begin("replay cc1", 300_000_000);
        after(4, () -> bar.at(1_000_000));
        assertThat(text()).isEmpty();
        after(1, () -> bar.at(15_000_000));
        assertThat(text()).isEqualTo("replay cc1: 5% 3.0 M/s, 1 min 35 s left\n");
        bar.say("x");
        bar.end();
        assertThat(text()).endsWith("left\nx\n");
    }

    @Test
    void anUnknownNumberOfStepsHasNoBar() {
        ProgressBar bar = bar(ProgressBar.Mode.BAR);
        bar.begin("t", 0);
        after(1, () -> bar.at(5));
        assertThat(text()).endsWith("t 5 5/s");
    }

    @Test
    void allIsNotDoneBeforeTheEnd() {
        ProgressBar bar = bar(ProgressBar.Mode.BAR);
        bar.begin("t", 10);
        after(1, () -> bar.at(20));
        assertThat(text()).endsWith("t [###########################...] 99%, about to end");
    }

    @Test
    void theRateIsThatOfTheLastSeconds() {
        ProgressBar bar = bar(ProgressBar.Mode.BAR);
        bar.begin("t", 10_000);
        for (int second = 1; second <= 10; second++) {
            int done = 500 * second;
            after(1, () -> bar.at(done));
        }
        assertThat(text()).endsWith(" 50% 500/s, 10 s left");
        for (int second = 1; second <= 10; second++) {
            int done = 5_000 + 50 * second;
            after(1, () -> bar.at(done));
        }
        assertThat(text()).endsWith(" 55% 50/s, 1 min 30 s left");
    }

    @Test
    void whoKnowsHowLongItTakesIsBelieved() {
        ProgressBar bar = bar(ProgressBar.Mode.BAR);
        bar.begin("t", 10);
        after(4, () -> bar.at(5, 70));
        assertThat(text()).endsWith("t [###############...............] 50%, 1 min 10 s left");
        after(4, () -> bar.at(4, 80));
        assertThat(text()).endsWith("t [###############...............] 50%, 1 min 20 s left");
    }

    @Test
    void nothingIsSaidOfTheTimeLeftUntilItIsKnown() {
        ProgressBar bar = bar(ProgressBar.Mode.BAR);
        bar.begin("t", 1000);
        after(1.9, () -> bar.at(1));
        assertThat(text()).endsWith(" 0% 1/s");
        after(0.2, () -> bar.at(2));
        assertThat(text()).endsWith(" 0% 1/s, 17 min 28 s left");
        after(1, () -> bar.at(3, Double.NaN));
        assertThat(text()).endsWith(" 0%");
    }

    @Test
    void silentIsSilent() {
        ProgressBar bar = bar(ProgressBar.Mode.SILENT);
        bar.begin("t", 10);
        after(100, () -> bar.at(5));
        bar.say("line");
        bar.end();
        assertThat(text()).isEmpty();
        assertThat(bar.cancelled()).isTrue();
    }

    private ProgressBar bar(ProgressBar.Mode mode) {
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        return new ProgressBar(out, mode, () -> true, () -> nanos);
    }

    private void after(double seconds, Runnable action) {
        nanos += (long) (seconds * 1e9);
        action.run();
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8).replace("\u001b", "X").replace("\r\n", "\n");
    }
}
