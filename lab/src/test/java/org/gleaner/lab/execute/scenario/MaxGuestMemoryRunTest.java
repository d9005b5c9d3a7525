package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;

/// What `max_guest_memory_test` does between its runs.
final class MaxGuestMemoryRunTest {

    private static List<MaxGuestMemoryResult.Run> runs(String... configurations) {
        Scale scale = Scale.parse("1/8192");
        List<String> settings =
                List.of(
                        "host.cpus=4",
                        "host.memory=200%",
                        "guest.vcpus=4",
                        "configurations=[" + String.join(", ", configurations) + "]");
        MaxGuestMemory scenario =
                (MaxGuestMemory) ScenarioReader.read(MaxGuestMemory.KIND, settings, scale);
        return MaxGuestMemoryRun.run(
                        new ScenarioRequest<>(scenario, scale, EngineChoice.VIRTUAL, false),
                        Progress.SILENT)
                .runs();
    }

    /// All vCPUs let go of their page tables in the reset. On 6.3 the last of them tears these down
    /// and the second run faults on each page; since 6.4 it finds them as they were.
    @Test
    void pageTablesOutliveTheResetSince64() {
        List<MaxGuestMemoryResult.Run> runs =
                runs(
                        "{name: own, aging: locked-flush}",
                        "{name: later, aging: locked-flush, kvm: 6.4}",
                        "{name: v2, aging: v2}",
                        "{name: earlier, aging: v2, kvm: 6.1}");

        assertThat(runs.get(1).resetSeconds()).isLessThan(runs.get(0).resetSeconds() / 2);
        assertThat(runs.get(1).run2Seconds()).isLessThan(runs.get(0).run2Seconds() / 4);
        assertThat(runs.get(2).run2Seconds()).isEqualTo(runs.get(1).run2Seconds());
        assertThat(runs.get(3).run2Seconds()).isEqualTo(runs.get(0).run2Seconds());
        assertThat(runs.get(1).run1Seconds()).isEqualTo(runs.get(0).run1Seconds());
    }
}
