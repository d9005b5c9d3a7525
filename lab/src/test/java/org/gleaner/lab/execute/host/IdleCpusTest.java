package org.gleaner.lab.execute.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Engine;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.junit.jupiter.api.Test;

/// CPUs without work give back what they hold, as often as they are asked, and cost nothing
/// otherwise.
final class IdleCpusTest {
    private static final long MILLI = 1_000_000;

    @Test
    void whoIdlesAnswersEveryTimeAndWakesWhenItWould() {
        AtomicInteger answers = new AtomicInteger();
        IdleCpus idle = new IdleCpus(_ -> answers.incrementAndGet());
        Engine engine = new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
        engine.daemon("retired", idle::retire);
        engine.spawn(
                "asked",
                cpu -> {
                    idle.idle(cpu, 50 * MILLI);
                    assertThat(cpu.now()).isBetween(50 * MILLI, 50 * MILLI + 1_000);
                });
        engine.spawn(
                "asking",
                cpu -> {
                    for (int i = 1; i <= 3; i++) {
                        cpu.sleep(20 * MILLI);
                        idle.ask(cpu);
                        cpu.sleep(MILLI);
                        assertThat(answers.get()).isEqualTo(i < 3 ? 2 * i : 5);
                    }
                });
        engine.run();
    }
}
