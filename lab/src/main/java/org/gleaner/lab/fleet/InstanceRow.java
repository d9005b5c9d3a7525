package org.gleaner.lab.fleet;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.gleaner.lab.trace.format.Malformed;
import org.jspecify.annotations.Nullable;

/// A row of `instance_usage` of 2019 while it is put together, field by field.
final class InstanceRow {

    private static final double MICROS = 1e6;
    private static final double MOST = 4;

    /// What is taken of a row, by its name as published.
    enum Field {
        START("start_time"),
        END("end_time"),
        COLLECTION("collection_id"),
        INDEX("instance_index"),
        MACHINE("machine_id"),
        TYPE("collection_type"),
        USED("average_usage.memory"),
        MOST("maximum_usage.memory"),
        ASSIGNED("assigned_memory"),
        CACHE("page_cache_memory");

        private final String label;

        Field(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }

        /// The field of that name, with an underscore or a dot inside; null if none is taken of it.
        static @Nullable Field of(String name) {
            String plain = name.strip().toLowerCase(Locale.ROOT).replace('.', '_');
            return Arrays.stream(values())
                    .filter(each -> each.label.replace('.', '_').equals(plain))
                    .findFirst()
                    .orElse(null);
        }
    }

    private static final Set<Field> NEEDED =
            EnumSet.of(Field.START, Field.END, Field.COLLECTION, Field.INDEX);

    private final Stretch stretch = new Stretch();
    private final Set<Field> said = EnumSet.noneOf(Field.class);
    private boolean allocSet;

    void clear() {
        stretch.clear();
        said.clear();
        allocSet = false;
    }

    /// @throws Malformed if `text` is no such value
    void set(Field field, String text, String place) {
        String value = text.strip();
        if (value.isEmpty()) {
            return;
        }
        said.add(field);
        switch (field) {
            case START -> stretch.from = whole(field, value, place) / MICROS;
            case END -> stretch.to = whole(field, value, place) / MICROS;
            case COLLECTION -> stretch.owner = whole(field, value, place);
            case INDEX -> stretch.index = whole(field, value, place);
            case MACHINE -> stretch.machine = whole(field, value, place);
            case TYPE -> allocSet = value.equals("1") || value.equalsIgnoreCase("ALLOC_SET");
            case USED -> stretch.used = share(field, value, place);
            case MOST -> stretch.most = share(field, value, place);
            case ASSIGNED -> stretch.size = Shares.orUnsaid(share(field, value, place));
            case CACHE -> stretch.cache = share(field, value, place);
        }
    }

    /// Hands the row on, unless it is one of an alloc set: what runs inside has rows of its own.
    ///
    /// @throws Malformed if something is missing
    void end(String place, Consumer<Stretch> sink) {
        for (Field need : NEEDED) {
            if (!said.contains(need)) {
                throw new Malformed(place, "it has no '%s'".formatted(need.label()));
            }
        }
        if (stretch.to < stretch.from) {
            throw new Malformed(place, "it ends before it begins");
        }
        if (!allocSet) {
            sink.accept(stretch);
        }
    }

    private static long whole(Field field, String text, String place) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw no(field, text, place, "whole number");
        }
    }

    private static double share(Field field, String text, String place) {
        try {
            double value = Double.parseDouble(text);
            if (value >= 0 && value <= MOST) {
                return value;
            }
        } catch (NumberFormatException e) {
            // as below
        }
        throw no(field, text, place, "share of the largest machine");
    }

    private static Malformed no(Field field, String text, String place, String kind) {
        return new Malformed(place, "its %s is '%s', no %s".formatted(field.label(), text, kind));
    }
}
