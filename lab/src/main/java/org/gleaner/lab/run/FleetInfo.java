package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.fleet.Distribution;
import org.gleaner.lab.fleet.FleetFigures;

/// What published tables of a fleet hold. The components are the fields of the JSON document.
///
/// @param files that were read, as one table
/// @param level what its rows are; none is an access to a page
/// @param standsFor what is taken for a VM
/// @param rows of all files
/// @param vms that they tell of
/// @param cutVms of these, those whose lives are longer than is known
/// @param firstSecond of the table's time
/// @param lastSecond of it
/// @param unit of memory: `machine` (the largest machine's is 1) or `GiB`
/// @param notes what should be known of its columns
/// @param figures by what is known, over VMs and over moments; those whose name has a unit are not
///     in the unit of memory
public record FleetInfo(
        List<String> files,
        String table,
        String origin,
        String level,
        String standsFor,
        long rows,
        long vms,
        long cutVms,
        double firstSecond,
        double lastSecond,
        String unit,
        List<String> notes,
        List<Spread> figures)
        implements Result {

    /// Shares of VMs whose quantiles are told, in percent.
    public static final List<Integer> PERCENTS = List.of(10, 25, 50, 75, 90, 99, 100);

    public FleetInfo {
        files = List.copyOf(files);
        notes = List.copyOf(notes);
        figures = List.copyOf(figures);
    }

    /// A figure over many VMs.
    ///
    /// @param figure what it is
    /// @param meaning the same in words
    /// @param over `vms`, each once; or `moments`, each as often as its life is long
    /// @param count VMs of which it is known
    /// @param quantiles by percent: `p50`
    public record Spread(
            String figure,
            String meaning,
            String over,
            long count,
            double mean,
            Map<String, Double> quantiles) {

        /// Whether it is in the unit of memory.
        @JsonIgnore
        public boolean isMemory() {
            return !figure.contains(" ");
        }
    }

    /// What `figures` come to.
    public static FleetInfo of(List<String> files, FleetFigures figures) {
        List<Spread> spreads = new ArrayList<>();
        for (FleetFigures.Figure each : FleetFigures.Figure.values()) {
            add(spreads, each, "vms", figures.ofVms());
            add(spreads, each, "moments", figures.atMoments());
        }
        return new FleetInfo(
                files,
                figures.table(),
                figures.origin(),
                figures.level(),
                figures.standsFor(),
                figures.rows(),
                figures.vms(),
                figures.cut(),
                figures.firstSecond(),
                figures.lastSecond(),
                figures.shares() ? "machine" : "GiB",
                figures.notes(),
                spreads);
    }

    private static void add(
            List<Spread> spreads,
            FleetFigures.Figure figure,
            String over,
            Map<FleetFigures.Figure, Distribution> all) {
        Distribution values = all.getOrDefault(figure, new Distribution());
        if (values.isEmpty()) {
            return;
        }
        Map<String, Double> quantiles = new LinkedHashMap<>();
        for (int percent : PERCENTS) {
            quantiles.put("p" + percent, values.quantile(percent / 100.0));
        }
        spreads.add(
                new Spread(
                        figure.label(),
                        figure.meaning(),
                        over,
                        values.count(),
                        values.mean(),
                        quantiles));
    }

    @Override
    public List<String> failures() {
        return List.of();
    }
}
