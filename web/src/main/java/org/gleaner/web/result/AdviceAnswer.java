package org.gleaner.web.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// The answer of advice: how many VMs fit, what breaks with one more, and what helps.
final class AdviceAnswer {

    private AdviceAnswer() {}

    static Headline headline(JsonNode document, List<Headline.Fact> facts) {
        int fits = document.path("fits").asInt(0);
        List<String> answer = new ArrayList<>();
        answer.add(
                String.format(
                        Locale.ROOT,
                        "%d %s of %s fit, which touch %.0f %% of the host's memory, and keep %s.",
                        fits,
                        fits == 1 ? "VM" : "VMs",
                        all(document.path("vms"), "trace"),
                        100 * document.path("fitsRatio").asDouble(0),
                        all(document.path("objectives"), "text")));
        JsonNode marginal = document.path("marginal");
        if (marginal.has("vms")) {
            answer.add(marginal(marginal));
        }
        List<String> more = new ArrayList<>();
        for (JsonNode knob : document.path("knobs")) {
            if (knob.path("more").asInt(0) > 0) {
                more.add(
                        "%s holds %d more"
                                .formatted(
                                        Headline.text(knob.path("setting"), "?"),
                                        knob.path("more").asInt(0)));
            }
        }
        if (!more.isEmpty()) {
            answer.add(Headline.brief(String.join(", ", more), 300) + ".");
        }
        return new Headline(
                "Advice on " + all(document.path("vms"), "trace"),
                "How many of these VMs does the host hold?",
                answer,
                facts);
    }

    private static String all(JsonNode list, String field) {
        String names =
                StreamSupport.stream(list.spliterator(), false)
                        .map(each -> Headline.text(each.path(field), "?"))
                        .collect(Collectors.joining(", "));
        return Headline.brief(names, 200);
    }

    private static String marginal(JsonNode marginal) {
        int vms = marginal.path("vms").asInt(0);
        if (!marginal.path("room").asBoolean(false)) {
            return vms + " have no room in memory and swap together.";
        }
        String vm = Headline.text(marginal.path("vm"), "one");
        if (marginal.has("ending")) {
            return "With %d, %s is killed.".formatted(vms, vm);
        }
        double times = marginal.path("value").asDouble(0) / marginal.path("bound").asDouble(1);
        return String.format(
                Locale.ROOT,
                "With %d, %s comes to %.3g times the bound of its %s.",
                vms,
                vm,
                times,
                Headline.text(marginal.path("metric"), "?"));
    }
}
