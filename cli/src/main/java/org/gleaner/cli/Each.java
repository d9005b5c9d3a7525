package org.gleaner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.size.Size;
import picocli.CommandLine.ITypeConverter;

/// Values of an option that are compared with each other: `6.12,6.18`.
///
/// @param values one or more, each once, in the order given
record Each<T>(List<T> values) {

    Each {
        values = List.copyOf(values);
    }

    /// Whether there is something to compare.
    boolean several() {
        return values.size() > 1;
    }

    static <T> Each<T> parse(String text, Function<String, T> one) {
        List<T> values = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            T value = one.apply(word.strip());
            if (values.contains(value)) {
                throw new BadInput("", "'" + word + "' is there twice", "give each once");
            }
            values.add(value);
        }
        return new Each<>(values);
    }

    private static <E extends Enum<E> & Choice> Each<E> parse(String text, Class<E> type) {
        return parse(text, word -> Choice.of(type, word));
    }

    static final class Sizes implements ITypeConverter<Each<Size>> {
        @Override
        public Each<Size> convert(String text) {
            return parse(text, Size::parse);
        }
    }

    static final class Kernels implements ITypeConverter<Each<Kernel>> {
        @Override
        public Each<Kernel> convert(String text) {
            return parse(text, Kernel.class);
        }
    }

    static final class Policies implements ITypeConverter<Each<PolicyChoice>> {
        @Override
        public Each<PolicyChoice> convert(String text) {
            return parse(text, PolicyChoice::parse);
        }
    }

    static final class Lrus implements ITypeConverter<Each<Lru>> {
        @Override
        public Each<Lru> convert(String text) {
            return parse(text, Lru.class);
        }
    }

    static final class Ways implements ITypeConverter<Each<Through>> {
        @Override
        public Each<Through> convert(String text) {
            return parse(text, Through.class);
        }
    }

    static final class Designs implements ITypeConverter<Each<AgingChoice>> {
        @Override
        public Each<AgingChoice> convert(String text) {
            return parse(text, AgingChoice.class);
        }
    }
}
