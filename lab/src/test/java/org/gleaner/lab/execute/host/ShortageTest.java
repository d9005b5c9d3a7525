package org.gleaner.lab.execute.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.scenario.MaxGuestMemoryRun;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A run whose guest was killed says what helps, and it does.
@Tag("long")
final class ShortageTest {

    private static final Pattern SETTING = Pattern.compile("host\\.[a-zA-Z.]+=[\\w.%]+");

    private static List<String> failures(List<String> settings) {
        List<String> all = new ArrayList<>(settings);
        all.add("host.cpus=2");
        all.add("guest.vcpus=2");
        all.add("guest.tlbEntries=64");
        all.add("configurations=[{name: x}]");
        Scale scale = Scale.parse("1/8192");
        MaxGuestMemory scenario =
                (MaxGuestMemory) ScenarioReader.read(MaxGuestMemory.KIND, all, scale);
        return MaxGuestMemoryRun.run(
                        new ScenarioRequest<>(scenario, scale, EngineChoice.VIRTUAL, false),
                        Progress.SILENT)
                .failures();
    }

    /// What is said before the run or after it.
    private static String failure(List<String> settings) {
        try {
            return failures(settings).getFirst();
        } catch (BadInput bad) {
            return bad.getMessage();
        }
    }

    private static List<String> settings(String text) {
        return SETTING.matcher(text).results().map(each -> each.group()).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host.memory=60% host.swap.device=zram",
                "host.memory=40% host.swap.device=zram",
                "host.memory=40% host.swap.device=ssd",
                "host.memory=99% host.swap.size=1%",
                "host.memory=101.5% host.swap.device=none",
            })
    void whatItNamesHelps(String less) {
        List<String> settings = new ArrayList<>(settings(less));
        String failure = failure(settings);
        assertThat(failure).contains("host.swap.size=");
        settings.addAll(settings(failure));
        assertThat(failures(settings)).as(failure).isEmpty();
    }

    /// The comment beside `host.memory` in the bundled file says what to run with.
    @Test
    void theBundledFilesCommentOnOvercommittingHolds() {
        String comment =
                ScenarioReader.text(MaxGuestMemory.KIND)
                        .lines()
                        .filter(line -> line.startsWith("  memory: 256GiB") && line.contains("%"))
                        .findFirst()
                        .orElseThrow();
        List<String> settings = new ArrayList<>(settings(comment));
        assertThat(settings).as(comment).hasSize(2);
        assertThat(failures(settings)).isEmpty();
    }

    @Test
    void minTtlIsNoShortage() {
        List<String> settings =
                List.of("host.commands=[{at: 0s, to: min_ttl_ms, write: \"100000\"}]");
        assertThat(failures(settings).getFirst())
                .isEqualTo(
                        "x: the OOM killer ended the guest, for min_ttl_ms 100000 forbids to evict"
                                + " what was used since; a shorter time, 0 for none, would help");
    }
}
