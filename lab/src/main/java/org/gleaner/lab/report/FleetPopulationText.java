package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.run.FleetPopulation;

/// A population that was made, for people.
public final class FleetPopulationText {

    private FleetPopulationText() {}

    public static String of(FleetPopulation population) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "%d VMs like those of %s, seed %d",
                population.vms(),
                population.like(),
                population.seed());
        List<String> parts = new ArrayList<>();
        population.busy().forEach((busy, vms) -> parts.add(busy + " in " + vms));
        line(
                text,
                "busy pages: %s; idle pages are touched every %s s",
                String.join(", ", parts),
                Figures.number(population.lapSeconds()));
        text.append('\n').append(table(population)).append('\n');
        line(text, "apart: the largest difference of the shares of VMs up to any value");
        line(
                text,
                "cold, made: not touched for 120 s, the mean over time, measured of the VMs' traces"
                        + " at scale %s",
                population.scale());
        population.assumed().forEach(each -> line(text, "assumed: %s", each));
        line(text, "assumed: these hang together in no way");
        text.append("VMs in ").append(population.file()).append('\n');
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(Figures.wrapped(format.formatted(values))).append('\n');
    }

    private static TextTable table(FleetPopulation population) {
        List<String> head = new ArrayList<>(List.of("", ""));
        head.addAll(population.properties().getFirst().source().keySet());
        head.add("apart");
        TextTable table = new TextTable(2, head.toArray(String[]::new));
        for (FleetPopulation.Property each : population.properties()) {
            row(table, each.property() + " " + each.unit(), "like", each.source(), "");
            row(table, "", "made", each.made(), Figures.number(each.distance()));
        }
        return table;
    }

    private static void row(
            TextTable table, String name, String kind, Map<String, Double> values, String last) {
        List<Object> cells = new ArrayList<>(List.of(name, kind));
        values.values().forEach(value -> cells.add(Figures.number(value)));
        cells.add(last);
        table.row(cells.toArray());
    }
}
