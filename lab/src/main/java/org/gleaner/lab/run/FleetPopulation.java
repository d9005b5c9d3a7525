package org.gleaner.lab.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.fleet.Distribution;
import org.gleaner.lab.fleet.FleetDescription;
import org.gleaner.lab.fleet.MadePopulation;
import org.gleaner.lab.fleet.MadeVm;
import org.gleaner.lab.size.Scale;

/// A population of VMs that was made, beside what it was to be like. The components are the fields
/// of the JSON document.
///
/// @param file that holds it
/// @param like where the distributions are from
/// @param lapSeconds from one touch of an idle page to the next
/// @param scale at which traces were made to measure how cold they are
/// @param busy VMs by what their busy pages do
/// @param properties what was to be and what was made
/// @param assumed what no table says, a line each
public record FleetPopulation(
        String file,
        String like,
        int vms,
        long seed,
        double lapSeconds,
        Scale scale,
        Map<String, Integer> busy,
        List<Property> properties,
        List<String> assumed)
        implements Result {

    public FleetPopulation {
        busy = new LinkedHashMap<>(busy);
        properties = List.copyOf(properties);
        assumed = List.copyOf(assumed);
    }

    /// A property of VMs.
    ///
    /// @param unit of it
    /// @param source quantiles by percent: `p50`, and `mean`
    /// @param made the same of the VMs that were made
    /// @param distance of both: the largest difference of the shares of VMs up to any value
    public record Property(
            String property,
            String unit,
            Map<String, Double> source,
            Map<String, Double> made,
            double distance) {}

    /// What came out.
    ///
    /// @param cold share of each VM's trace that is cold, in percent
    public static FleetPopulation of(
            String file, MadePopulation population, List<Double> cold, Scale scale) {
        FleetDescription like = population.like();
        List<MadeVm> vms = population.vms();
        Map<String, Integer> busy = new LinkedHashMap<>();
        vms.forEach(vm -> busy.merge(vm.busy(), 1, Integer::sum));
        List<Property> properties = new ArrayList<>();
        properties.add(
                property(
                        "size",
                        "GiB",
                        like.size().distribution(true),
                        vms.stream().map(MadeVm::sizeGib).toList()));
        properties.add(
                property(
                        "life",
                        "s",
                        like.life().distribution(false),
                        vms.stream().map(MadeVm::lifeSeconds).toList()));
        properties.add(
                property(
                        "touched",
                        "%",
                        like.touched().distribution(false),
                        vms.stream().map(MadeVm::touchedPercent).toList()));
        properties.add(property("cold", "%", like.cold().distribution(false), cold));
        return new FleetPopulation(
                file,
                like.source(),
                vms.size(),
                population.seed(),
                population.lapSeconds(),
                scale,
                busy,
                properties,
                like.assumed());
    }

    private static Property property(
            String name, String unit, Distribution source, List<Double> values) {
        Distribution made = new Distribution();
        values.forEach(value -> made.add(value, 1));
        return new Property(name, unit, quantiles(source), quantiles(made), made.distance(source));
    }

    private static Map<String, Double> quantiles(Distribution distribution) {
        Map<String, Double> quantiles = new LinkedHashMap<>();
        for (int percent : FleetInfo.PERCENTS) {
            quantiles.put("p" + percent, distribution.quantile(percent / 100.0));
        }
        quantiles.put("mean", distribution.mean());
        return quantiles;
    }

    @Override
    public List<String> failures() {
        return List.of();
    }
}
