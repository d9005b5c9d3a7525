package org.gleaner.lab.execute.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.scenario.HostShare;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.aging.AgingPlan;
import org.junit.jupiter.api.Test;

final class HostSetupTest {

    private static final Scale SCALE = Scale.parse("1/64");

    @Test
    void aHostThatHasNoRoomIsOneLineForTheUser() {
        assertThat(config(256, 0).room().memcgs()).isEqualTo(256);
        assertThatThrownBy(() -> config(257, 0))
                .isInstanceOf(BadInput.class)
                .hasMessage(
                        "max-guest-memory: cgroups, the root included: 257 is out of range, 1 to"
                                + " 256; ask for less");
        assertThatThrownBy(() -> config(1, 4096))
                .isInstanceOf(BadInput.class)
                .hasMessage(
                        "max-guest-memory: CPUs, daemons included: 4,176 is out of range, 1 to"
                                + " 4,096; ask for less");
    }

    private static HostConfig config(int memcgs, int actors) {
        Scenario scenario = ScenarioReader.read("max-guest-memory", List.of(), SCALE);
        return HostSetup.config(
                scenario,
                scenario.configurations().getFirst(),
                AgingPlan.parse("locked"),
                SwapDeviceChoice.ZRAM,
                SCALE,
                HostShare.of(scenario, SwapDeviceChoice.ZRAM),
                memcgs,
                actors);
    }
}
