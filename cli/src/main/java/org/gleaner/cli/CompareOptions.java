package org.gleaner.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.scenario.ScenarioFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of `gleaner run` that say what is compared, in place of the scenario's configurations.
final class CompareOptions {

    @Option(
            names = "--kernel",
            paramLabel = "VERSION",
            converter = Each.Kernels.class,
            description =
                    "Compare kernels, such as 6.12,6.18, in place of the scenario's configurations. With "
                            + "--lru and --aging, every combination; what is not given is the host's.")
    private @Nullable Each<Kernel> kernel;

    @Option(
            names = "--lru",
            paramLabel = "LRU",
            converter = Each.Lrus.class,
            description = "Compare mglru,classic likewise.")
    private @Nullable Each<Lru> lru;

    @Option(
            names = "--aging",
            paramLabel = "DESIGN",
            converter = Each.Designs.class,
            description =
                    "Compare designs likewise, such as locked,merged (not given: each kernel's own).")
    private @Nullable Each<AgingChoice> aging;

    /// `file` with every combination as a configuration, named by what differs; `file` itself if
    /// nothing is given.
    ScenarioFile over(ScenarioFile file) {
        Map<String, Each<? extends Choice>> given = given();
        if (given.isEmpty()) {
            return file;
        }
        boolean one = given.values().stream().noneMatch(Each::several);
        List<Map<String, String>> all = List.of(Map.of("name", ""));
        for (Map.Entry<String, Each<? extends Choice>> each : given.entrySet()) {
            List<Map<String, String>> more = new ArrayList<>();
            for (Map<String, String> base : all) {
                for (Choice value : each.getValue().values()) {
                    Map<String, String> combined = new LinkedHashMap<>(base);
                    combined.put(each.getKey(), value.label());
                    if (one || each.getValue().several()) {
                        combined.merge("name", value.label(), CompareOptions::joined);
                    }
                    more.add(combined);
                }
            }
            all = more;
        }
        Map<String, String> places = new LinkedHashMap<>();
        given.keySet().forEach(key -> places.put(key, "--" + key));
        return file.comparing(all, places);
    }

    /// What was given, as on the command line but for the dashes.
    List<String> words() {
        return given().entrySet().stream()
                .map(each ->
                        each.getKey()
                                + "="
                                + String.join(
                                        "-",
                                        each.getValue().values().stream()
                                                .map(Choice::label)
                                                .toList()))
                .toList();
    }

    private Map<String, Each<? extends Choice>> given() {
        Map<String, Each<? extends Choice>> given = new LinkedHashMap<>();
        if (kernel != null) {
            given.put("kernel", kernel);
        }
        if (lru != null) {
            given.put("lru", lru);
        }
        if (aging != null) {
            given.put("aging", aging);
        }
        return given;
    }

    private static String joined(String first, String second) {
        return first.isEmpty() ? second : first + "-" + second;
    }
}
