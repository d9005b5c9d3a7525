package org.gleaner.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.Factor;
import picocli.CommandLine.ITypeConverter;

/// What `--compare` names: values of one option, which the values tell.
///
/// @param factor that is compared
/// @param values two or more
record Compared(Factor factor, Each<? extends Choice> values) {

    private static final Map<Factor, List<? extends Choice>> KNOWN = known();

    private static Map<Factor, List<? extends Choice>> known() {
        Map<Factor, List<? extends Choice>> known = new LinkedHashMap<>();
        known.put(Factor.KERNEL, Arrays.asList(Kernel.values()));
        known.put(Factor.LRU, Arrays.asList(Lru.values()));
        known.put(Factor.THROUGH, Arrays.asList(Through.values()));
        known.put(Factor.AGING, Arrays.asList(AgingChoice.values()));
        return known;
    }

    <T extends Choice> Each<T> values(Class<T> type) {
        return new Each<>(values.values().stream().map(type::cast).toList());
    }

    static final class Words implements ITypeConverter<Compared> {
        @Override
        public Compared convert(String text) {
            String first = text.split(",", -1)[0].strip();
            for (Factor factor : KNOWN.keySet()) {
                List<? extends Choice> values = KNOWN.get(factor);
                if (values != null && values.stream().anyMatch(each -> is(each, first))) {
                    return new Compared(factor, several(text, values));
                }
            }
            List<String> all = new ArrayList<>();
            KNOWN.values().forEach(values -> values.forEach(each -> all.add(each.label())));
            throw Choice.unknown(first, all);
        }

        private static Each<? extends Choice> several(String text, List<? extends Choice> values) {
            List<String> labels = values.stream().map(each -> each.label()).toList();
            Each<Choice> each =
                    Each.parse(
                            text,
                            word ->
                                    values.stream()
                                            .filter(value -> is(value, word))
                                            .map(Choice.class::cast)
                                            .findFirst()
                                            .orElseThrow(() -> Choice.unknown(word, labels)));
            if (!each.several()) {
                throw new BadInput("", "'" + text + "' is one thing", "give two or more");
            }
            return each;
        }

        private static boolean is(Choice value, String word) {
            return value.label().equals(word);
        }
    }
}
