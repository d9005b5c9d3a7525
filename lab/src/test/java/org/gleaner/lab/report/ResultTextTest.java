package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.run.Caveats;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.ScenarioResult;
import org.gleaner.lab.run.Seeded;
import org.gleaner.lab.run.Setting;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;

final class ResultTextTest {

    @Test
    void oneOfAThingIsNoPlural() {
        assertThat(Figures.things(1, "cpu")).isEqualTo("1 cpu");
        assertThat(Figures.things(2, "cpu")).isEqualTo("2 cpus");
    }

    @Test
    void theAnswerFitsATerminal() {
        String text = of(Samples.maxGuestMemory());

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
        assertThat(of(Samples.neighbours()).lines()).hasSizeLessThan(23);
        assertThat(of(Samples.mmuStress()).lines()).hasSizeLessThan(25);
    }

    @Test
    void aScenarioHasTimesRatiosTreesCountersAndRemarks() {
        assertThat(full(Samples.maxGuestMemory()))
                .startsWith(
                        "INCOMPLETE (interrupted): 3 of 12 configurations; missing: off\n"
                                + "max-guest-memory: 64 vcpus with 256GiB on 64 cpus with 256GiB,\n"
                                + "  swap optane, scale 1/64, engine virtual, seed 1\n\nrun1: all vCPUs")
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
        assertThat(full(Samples.accessTracking()))
                .contains("locked  Mark memory idle     0.250  262,144  262,000\n")
                .contains("locked            9.50            12           0.750\n");
        assertThat(full(Samples.mmuStress()))
                .contains("lost writes                  1\n")
                .contains("locked-flush: '+ 1 0 9' into lru_gen at 2 s: EINVAL\n")
                .contains("\nlocked-flush, after '+ 1 0 9' into lru_gen at 2 s\nmemcg     1 /\n")
                .contains("FAILED: 1 lost write\n");
        assertThat(of(Samples.neighbours()))
                .contains(
                        "mglru: the guests populated their memory in 0.250 s, above memory.high 3 times\n"
                                + "  (asleep for it 0.300 s)\n");
        assertThat(full(Samples.neighbours()))
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
    void aLongSentenceFitsATerminal() {
        assertThat(Figures.wrapped("a few words")).isEqualTo("a few words");
        String sentence = "scale 1/4096 is coarse: " + "word ".repeat(40).strip();
        assertThat(Figures.wrapped(sentence).lines()).hasSize(3).allMatch(s -> s.length() <= 80);
        assertThat(Figures.wrapped(sentence).replace("\n ", "")).isEqualTo(sentence);
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

    @Test
    void ofSeveralSeedsTheMedianIsToldWithItsRange() {
        Seeded<ScenarioResult> three =
                new Seeded<>(
                        null,
                        3,
                        List.of(1L, 2L, 3L),
                        List.of(
                                Samples.maxGuestMemory(12, 3, 11),
                                Samples.maxGuestMemory(14, 4),
                                Samples.maxGuestMemory(10, 5, 13)));
        String text = ScenarioText.full(Completeness.whole(9), three, null);

        assertThat(text)
                .startsWith("complete: 9 of 9 runs\n")
                .contains("engine virtual, seeds 1 to 3\n")
                .contains("  12.0 (10.0-14.0)\n")
                .contains("before takes 3.5 (2.0-4.0) times as long as after in run2, 1.00 times")
                .contains("\nwith seed 1 (result.json has them all):\n")
                .contains("\nFAILED: seed 2: run2 of after is out of its bounds\n");
    }

    @Test
    void severalGuestsHaveRangesToo() {
        Seeded<ScenarioResult> two =
                new Seeded<>(
                        null,
                        2,
                        List.of(1L, 2L),
                        List.of(Samples.neighbours(), Samples.neighbours()));
        assertThat(ScenarioText.of(Completeness.whole(2), two, null))
                .contains("cold ")
                .contains("2 of 2\n")
                .contains("0 of 2\n");
    }

    @Test
    void realThreadsAreNoResultToCompare() {
        MaxGuestMemoryResult virtual = Samples.maxGuestMemory();
        MaxGuestMemoryResult threads =
                new MaxGuestMemoryResult(
                        new Setting<>(
                                virtual.setting().scenario(),
                                virtual.scale(),
                                EngineChoice.THREADS),
                        virtual.runs(),
                        virtual.course());
        assertThat(threads.ratios()).isEmpty();
        assertThat(of(threads))
                .contains("\nengine threads: seconds are wall times of this machine")
                .doesNotContain("times as long");
        assertThat(of(virtual)).doesNotContain("engine threads");
    }

    @Test
    void aScaleAtWhichResultsBendSaysSo() {
        assertThat(coarse("1/4096"))
                .singleElement()
                .asString()
                .startsWith(
                        "scale 1/4096 is coarse: the vCPUs reclaim up to 2,048 pages at once, and 32 lie");
        assertThat(coarse("1/512")).isNotEmpty();
        assertThat(coarse("1/256")).isEmpty();
        assertThat(coarse("1")).isEmpty();
    }

    private static List<String> coarse(String scale) {
        Scale by = Scale.parse(scale);
        return Caveats.of(
                ScenarioReader.read("max-guest-memory", List.of(), by), by, EngineChoice.VIRTUAL);
    }

    private static String of(ScenarioResult result) {
        return ScenarioText.of(result.completeness(), alone(result), null);
    }

    private static String full(ScenarioResult result) {
        return ScenarioText.full(result.completeness(), alone(result), null);
    }

    private static Seeded<ScenarioResult> alone(ScenarioResult result) {
        return new Seeded<>(null, 1, List.of(1L), List.of(result));
    }
}
