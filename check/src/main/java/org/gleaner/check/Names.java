package org.gleaner.check;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.check.program.Stage;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.Word;
import org.gleaner.machine.WordNumbers;
import org.jspecify.annotations.Nullable;

/// What the words of a run are called: found by going from field to field, breadth first, from the
/// stage and its machine.
final class Names {
    private final Map<Object, String> names = new IdentityHashMap<>();

    private record Place(Object object, String name) {}

    Names(Stage stage) {
        ArrayDeque<Place> left = new ArrayDeque<>();
        left.add(new Place(stage, ""));
        while (!left.isEmpty()) {
            Place place = left.remove();
            visit(place, left);
        }
    }

    private void visit(Place place, ArrayDeque<Place> left) {
        Object o = place.object();
        if (names.putIfAbsent(o, place.name()) != null
                || o instanceof Word
                || o instanceof long[]) {
            return;
        }
        Class<?> type = o.getClass();
        if (o instanceof ExploringEngine engine) {
            engine.cpus().forEach(cpu -> add(cpu, cpu.name, left));
        } else if (o instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                add(list.get(i), place.name() + "[" + i + "]", left);
            }
        } else if (type.isArray()) {
            if (!type.getComponentType().isPrimitive()) {
                for (int i = 0; i < Array.getLength(o); i++) {
                    add(Array.get(o, i), place.name() + "[" + i + "]", left);
                }
            }
        } else {
            String prefix = o instanceof Cpu cpu ? cpu.name : place.name();
            for (Class<?> c = type; isOurs(c); c = c.getSuperclass()) {
                for (Field field : c.getDeclaredFields()) {
                    follow(o, field, prefix, left);
                }
            }
        }
    }

    private static boolean isOurs(@Nullable Class<?> type) {
        return type != null && type.getName().startsWith("org.gleaner.");
    }

    private void follow(Object o, Field field, String prefix, ArrayDeque<Place> left) {
        if (Modifier.isStatic(field.getModifiers())
                || field.getType().isPrimitive()
                || isOnItsWay(field)) {
            return;
        }
        field.setAccessible(true);
        try {
            boolean captured = field.getName().contains("$");
            add(field.get(o), captured ? prefix : join(prefix, field.getName()), left);
        } catch (IllegalAccessException e) {
            throw new AssertionError("made accessible: " + field, e);
        }
    }

    /// Whether it is where a store buffer keeps what it will store, which has a place of its own.
    private static boolean isOnItsWay(Field field) {
        return field.getType().isArray()
                && field.getDeclaringClass().getSimpleName().equals("StoreBuffer");
    }

    private void add(Object o, String name, ArrayDeque<Place> left) {
        if (o != null && !(o instanceof Enum) && !(o instanceof String)) {
            left.add(new Place(o, name));
        }
    }

    /// Two names say enough: `mmuLock.counts`.
    private static String join(String prefix, String name) {
        int dot = prefix.lastIndexOf('.');
        String owner = prefix.substring(dot + 1);
        return owner.isEmpty() ? name : owner + "." + name;
    }

    /// The name of a word, as it was numbered by the machine.
    String of(ExploringEngine engine, int word) {
        Object o = engine.words().object(word);
        String name = names.getOrDefault(o, "");
        name = name.isEmpty() ? "word" : name;
        if (!(o instanceof long[])) {
            return name;
        }
        int i = WordNumbers.indexOf(word);
        if (name.contains("chunks[")) {
            return "table "
                    + i / SpteFormat.GEOMETRY.entries(1)
                    + "["
                    + i % SpteFormat.GEOMETRY.entries(1)
                    + "]";
        }
        return name + "[" + i + "]";
    }
}
