package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ResultTextTest {

    @Test
    void theAnswerFitsATerminal() {
        String text = ScenarioText.of(Samples.maxGuestMemory());

        assertThat(text)
                .startsWith("INCOMPLETE (interrupted): 3 of 12 configurations; missing: off\n")
                .contains("\nrun1: all vCPUs write a guest as large as its host; reset: ")
                .contains("\nbefore takes 4.00 times as long as after in run2")
                .contains("\nbefore  80 % shrink_node\n")
                .contains("\nbefore  MGLRU; each look at an accessed bit takes the MMU lock")
                .contains("\noff     classic LRU; aging as before\n")
                .contains("\nFAILED: run2 of after is out of its bounds\nnext: --ablate: ")
                .doesNotContain("allocstall")
                .doesNotContain("assumed");
        assertThat(text.lines()).hasSizeLessThan(23).allMatch(line -> line.length() <= 90);
        assertThat(ScenarioText.of(Samples.neighbours()).lines()).hasSizeLessThan(23);
        assertThat(ScenarioText.of(Samples.mmuStress()).lines()).hasSizeLessThan(24);
    }

    @Test
    void aScenarioHasTimesRatiosTreesCountersAndRemarks() {
        assertThat(ScenarioText.full(Samples.maxGuestMemory()))
                .startsWith(
                        "INCOMPLETE (interrupted): 3 of 12 configurations; missing: off\n"
                                + "max-guest-memory: 64 vcpus with 256GiB on 64 cpus with 256GiB, swap zram,\n"
                                + "  scale 1/64, engine virtual, seed 1\n\nrun1: all vCPUs")
                .contains("before  mglru  6.12    locked-flush  -          zram")
                .contains("before  mglru  6.12    locked-flush  flush-off  zram")
                .contains("before takes 4.00 times as long as after in run2, 1.00 times in run1\n")
                .contains("\nkswapd (before)\n  80.00%  shrink_node\n")
                .contains("\ndirect reclaim (after)\n  no time spent\n")
                .contains("vmstat      before  after\n")
                .contains("\nassumed: the swap device is zram\n")
                .endsWith("\nFAILED: run2 of after is out of its bounds\n");
    }

    @Test
    void theOtherKindsHaveTheirTables() {
        assertThat(ScenarioText.full(Samples.accessTracking()))
                .contains("locked  Mark memory idle     0.250  262,144  262,000\n")
                .contains("locked            9.50            12           0.750\n");
        assertThat(ScenarioText.full(Samples.mmuStress()))
                .contains("lost writes                  1\n")
                .contains("locked-flush at 2.00 s: '+ 1 0 9' into lru_gen: EINVAL\nmemcg     1 /\n")
                .contains("FAILED: 1 lost write\n");
        assertThat(ScenarioText.of(Samples.neighbours()))
                .contains(
                        "mglru: the guests populated their memory in 0.250 s, above memory.high 3"
                                + " times (asleep for it 0.300 s)\n");
        assertThat(ScenarioText.full(Samples.neighbours()))
                .startsWith(
                        "complete: 1 of 1 configuration\nneighbours: 2 guests of 2 vcpus with 32GiB on 8 cpus with 56GiB")
                .contains(
                        "mglru                hot      cold\naccesses         123,456         0\n")
                .contains("events oom_kill        0         1\n")
                .contains(
                        "killed                no       yes\nended by               -  host-oom\n")
                .contains("populating (mglru)    hot   cold\nseconds             0.200  0.200\n")
                .contains("throttled s         0.000  0.300\n")
                .contains("events high             0      3\n")
                .contains("resident (mglru)   hot  cold\nat 0.500 s        2MiB  2MiB\n")
                .contains("FAILED: the OOM killer ended guest cold\n");
    }

    @Test
    void figuresHaveThreeDigits() {
        assertThat(Figures.number(1234.56)).isEqualTo("1235");
        assertThat(Figures.number(12.345)).isEqualTo("12.3");
        assertThat(Figures.number(1.2345)).isEqualTo("1.23");
        assertThat(Figures.number(0.01234)).isEqualTo("0.0123");
        assertThat(Figures.number(0.0000567)).isEqualTo("0.0000567");
        assertThat(Figures.number(0)).isEqualTo("0.000");
    }
}
