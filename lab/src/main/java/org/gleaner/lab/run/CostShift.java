package org.gleaner.lab.run;

import java.util.EnumMap;
import java.util.Map;
import org.gleaner.machine.Cost;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.CostRange;

/// What is done to the constants of a host's cost model before it is run, whichever model that is.
public interface CostShift {

    /// The constants as they are.
    CostShift NONE = model -> model;

    /// The model to run with.
    CostModel apply(CostModel model);

    /// One constant times as much; the others as they are.
    static CostShift times(Cost cost, double factor) {
        return model -> model.with(Map.of(cost, Math.round(model.ticks(cost) * factor)));
    }

    /// All constants times as much.
    static CostShift times(double factor) {
        return model -> {
            Map<Cost, Long> moved = new EnumMap<>(Cost.class);
            for (Cost cost : Cost.values()) {
                moved.put(cost, Math.round(model.ticks(cost) * factor));
            }
            return model.with(moved);
        };
    }

    /// Each constant at a place in its range.
    ///
    /// @param places by [Cost#ordinal], 0 to 1: 0 is the low end, 1/2 the constant itself, 1 the
    ///     high end, and what lies between them is linear
    static CostShift at(double... places) {
        return model -> {
            Map<Cost, Long> moved = new EnumMap<>(Cost.class);
            for (Cost cost : Cost.values()) {
                moved.put(cost, at(model.range(cost), model.ticks(cost), places[cost.ordinal()]));
            }
            return model.with(moved);
        };
    }

    private static long at(CostRange range, long ticks, double place) {
        double distance = 2 * place - 1;
        long end = distance < 0 ? range.low() : range.high();
        return Math.round(ticks + Math.abs(distance) * (end - ticks));
    }
}
