package org.gleaner.lab.scenario;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.size.Span;
import org.jspecify.annotations.Nullable;

/// Makes records out of [Node]s, so that every fault is told with its place and in a user's words.
/// A component that is a [Place] is where the record itself was written.
final class Binder {

    /// Records that are written as one word.
    private static final Set<Class<?>> WORDS =
            Set.of(LruGenChoice.class, MinFree.class, Span.class, Limit.class, Moment.class);

    private Binder() {}

    /// A record of `type` with a value for each of its components.
    ///
    /// @param path of `node` in the scenario, empty at its top
    /// @throws BadInput if a key is unknown or missing or a value is none of its type
    static <R> R record(Class<R> type, Node node, String path) {
        if (!(node instanceof Node.Mapping mapping)) {
            throw new BadInput(
                    node.place().toString(),
                    name(path) + " holds keys, not " + form(node),
                    "known: " + String.join(", ", keys(type)));
        }
        mapping.entries().forEach((key, entry) -> known(key, entry, type, path));
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < values.length; i++) {
            String key = components[i].getName();
            Node.Entry entry = mapping.entries().get(key);
            if (components[i].getType() == Place.class) {
                values[i] = mapping.place();
                continue;
            }
            if (entry == null && components[i].isAnnotationPresent(MayBeLeftOut.class)) {
                continue;
            }
            if (entry == null) {
                throw new BadInput(
                        mapping.place().toString(), name(path) + " lacks '" + key + "'", "add it");
            }
            values[i] = value(components[i].getGenericType(), entry.value(), join(path, key));
        }
        return construct(type, values);
    }

    private static void known(String key, Node.Entry entry, Class<?> type, String path) {
        List<String> keys = keys(type);
        if (!keys.contains(key)) {
            throw new BadInput(
                    entry.key().toString(),
                    "unknown key '" + key + "'" + (path.isEmpty() ? "" : " in " + path),
                    DeeperKeys.mend(type, key, path).orElseGet(() -> Nearest.mend(key, keys)));
        }
    }

    private static Object value(Type type, Node node, String path) {
        if (type instanceof ParameterizedType list) {
            return list(list.getActualTypeArguments()[0], node, path);
        }
        Class<?> single = (Class<?>) type;
        if (hasKeys(single)) {
            return record(single, node, path);
        }
        if (!(node instanceof Node.Scalar scalar)) {
            throw new BadInput(
                    node.place().toString(),
                    path + " is one value, not " + form(node),
                    "write it as " + path + ": VALUE");
        }
        if (scalar.text().isEmpty()) {
            throw new BadInput(
                    node.place().toString(),
                    path + " has no value",
                    "give one or leave the key out");
        }
        try {
            return scalar(single, scalar.text());
        } catch (BadInput bad) {
            throw node.place().fault(path, bad.what(), bad.mend());
        }
    }

    private static List<Object> list(Type item, Node node, String path) {
        if (!(node instanceof Node.Listing listing)) {
            boolean nothing = node instanceof Node.Scalar scalar && scalar.text().isEmpty();
            throw new BadInput(
                    node.place().toString(),
                    path + (nothing ? " has no value" : " is a list, not " + form(node)),
                    "write it as [A, B], or as lines that start with '- '");
        }
        List<Object> values = new ArrayList<>();
        for (Node each : listing.items()) {
            values.add(value(item, each, join(path, String.valueOf(values.size()))));
        }
        return values;
    }

    private static Object scalar(Class<?> type, String text) {
        if (type == String.class) {
            return text;
        }
        if (type == Size.class) {
            return Size.parse(text);
        }
        if (type == Span.class) {
            return Span.parse(text);
        }
        if (type == Moment.class) {
            return Moment.parse(text);
        }
        if (type == LruGenChoice.class) {
            return LruGenChoice.parse(text);
        }
        if (type == MinFree.class) {
            return MinFree.parse(text);
        }
        if (type == Limit.class) {
            return Limit.parse(text);
        }
        if (type == boolean.class || type == Boolean.class) {
            return truth(text);
        }
        if (type == int.class || type == Integer.class || type == long.class) {
            return number(type, text);
        }
        return choice(type, text);
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw new BadInput(
                            "", "'" + text + "' is not true or false", "give one of them");
        };
    }

    private static Object number(Class<?> type, String text) {
        try {
            if (type != long.class) {
                return Integer.parseInt(text);
            }
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            boolean digits = text.matches("[-+]?\\d+");
            String what = digits ? " is too large a number" : " is not a whole number";
            throw new BadInput("", "'" + text + "'" + what, "write digits alone, such as 64", e);
        }
    }

    /// By way of the enum's constants, since its type is only known here.
    private static Object choice(Class<?> type, String text) {
        for (Object constant : type.getEnumConstants()) {
            if (((Choice) constant).label().equals(text)) {
                return constant;
            }
        }
        List<String> labels =
                Arrays.stream(type.getEnumConstants()).map(c -> ((Choice) c).label()).toList();
        throw Choice.unknown(text, labels);
    }

    private static <R> R construct(Class<R> type, @Nullable Object[] values) {
        Class<?>[] parameters =
                Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getType)
                        .toArray(Class<?>[]::new);
        try {
            Constructor<R> canonical = type.getDeclaredConstructor(parameters);
            return canonical.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(type + " refused checked values", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " has no usable constructor", e);
        }
    }

    /// Whether `type` is written as keys, with a value for each.
    static boolean hasKeys(Class<?> type) {
        return type.isRecord() && type != Place.class && !WORDS.contains(type);
    }

    static List<String> keys(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .filter(component -> component.getType() != Place.class)
                .map(RecordComponent::getName)
                .toList();
    }

    private static String form(Node node) {
        return switch (node) {
            case Node.Mapping _ -> "keys of its own";
            case Node.Listing _ -> "a list";
            case Node.Scalar scalar -> "'" + scalar.text() + "'";
        };
    }

    private static String name(String path) {
        return path.isEmpty() ? "a scenario" : path;
    }

    static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
