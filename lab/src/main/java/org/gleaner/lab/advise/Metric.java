package org.gleaner.lab.advise;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.run.TrialResult;

/// What an objective may bound: a figure of one VM, in the unit's own base.
public enum Metric {
    P50_STALL("p50 stall", Unit.TIME, vm -> vm.stall().p50()),
    P90_STALL("p90 stall", Unit.TIME, vm -> vm.stall().p90()),
    P99_STALL("p99 stall", Unit.TIME, vm -> vm.stall().p99()),
    P999_STALL("p99.9 stall", Unit.TIME, vm -> vm.stall().p999()),
    P9999_STALL("p99.99 stall", Unit.TIME, vm -> vm.stall().p9999()),
    P50_FAULT("p50 fault", Unit.TIME, vm -> vm.fault().p50()),
    P90_FAULT("p90 fault", Unit.TIME, vm -> vm.fault().p90()),
    P99_FAULT("p99 fault", Unit.TIME, vm -> vm.fault().p99()),
    P999_FAULT("p99.9 fault", Unit.TIME, vm -> vm.fault().p999()),
    P9999_FAULT("p99.99 fault", Unit.TIME, vm -> vm.fault().p9999()),
    MAJOR_FAULTS("major faults", Unit.RATE, TrialResult.Vm::majorFaultsPerSecond),
    PSI_SOME("psi some", Unit.SHARE, TrialResult.Vm::somePercent),
    PSI_FULL("psi full", Unit.SHARE, TrialResult.Vm::fullPercent);

    /// In what a metric counts.
    public enum Unit {
        /// Nanoseconds.
        TIME("ns", "a time, such as 1ms"),

        /// In a second.
        RATE("/s", "a rate, such as 50/s"),

        /// Percent of the time.
        SHARE("%", "a share of the time, such as 0.5%");

        private final String label;
        private final String form;

        Unit(String label, String form) {
            this.label = label;
            this.form = form;
        }

        /// As results have it.
        public String label() {
            return label;
        }

        /// How a bound of it is written, for people.
        String form() {
            return form;
        }
    }

    private final String label;
    private final Unit unit;
    private final ToDoubleFunction<TrialResult.Vm> of;

    Metric(String label, Unit unit, ToDoubleFunction<TrialResult.Vm> of) {
        this.label = label;
        this.unit = unit;
        this.of = of;
    }

    public String label() {
        return label;
    }

    public Unit unit() {
        return unit;
    }

    /// What a VM came to.
    public double of(TrialResult.Vm vm) {
        return of.applyAsDouble(vm);
    }

    static List<String> labels() {
        return Arrays.stream(values()).map(Metric::label).toList();
    }
}
