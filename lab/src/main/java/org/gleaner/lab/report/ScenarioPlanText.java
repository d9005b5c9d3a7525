package org.gleaner.lab.report;

import java.util.Locale;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.run.ScenarioPlan;
import org.gleaner.lab.scenario.BundledScenario;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.size.Size;

/// Scenarios as files, for people: which there are, and what one would run.
public final class ScenarioPlanText {

    private ScenarioPlanText() {}

    /// The bundled ones, a row each.
    public static String list() {
        TextTable table = new TextTable(3, "scenario", "takes", "question");
        BundledScenario.all()
                .forEach(each -> table.row(each.name(), each.takes(), each.question()));
        return table.toString();
    }

    /// What a scenario that can run would run.
    public static String of(String file, ScenarioPlan.Runs runs) {
        TextTable configurations = new TextTable(5, "", "lru", "kernel", "aging", "processor");
        for (Configuration each : runs.configurations()) {
            configurations.row(
                    each.name(),
                    each.lru().label(),
                    each.kernel().label(),
                    each.aging().label(),
                    each.processor());
        }
        return String.format(
                        Locale.ROOT,
                        """
                        %s: a sound scenario of kind %s, at scale %s
                        host: %s, %s, %s
                        guests: %d, with %s and %s in all
                        configurations: %d, each on a fresh host; Java needs %s of memory for each
                        """,
                        file,
                        runs.kind(),
                        runs.scale(),
                        Figures.things(runs.cpus(), "cpu"),
                        Size.approximately(runs.hostBytes()),
                        swap(runs),
                        runs.guests(),
                        Figures.things(runs.vcpus(), "vcpu"),
                        Size.approximately(runs.guestBytes()),
                        runs.configurations().size(),
                        Size.approximately(runs.heapBytes()))
                + configurations.toString().indent(2);
    }

    private static String swap(ScenarioPlan.Runs runs) {
        return runs.swap() == SwapDeviceChoice.NONE
                ? "no swap"
                : "swap " + runs.swap().label() + " of " + Size.approximately(runs.swapBytes());
    }
}
