package org.gleaner.lab.trace.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;

/// What is in which column of a CSV, and what it is counted in.
///
/// @param places of each meaning: a number from 1 up, or the name that the header has for it
/// @param unit bytes of an address's unit, as a shift
/// @param separator between columns; 0 to go by the first line, a blank for any run of blanks
/// @param hexadecimal whether numbers without 0x are
record Columns(Map<Meaning, String> places, int unit, char separator, boolean hexadecimal) {

    /// Columns that are looked at.
    static final int MOST = 256;

    private static final String OPTION = "--columns";

    /// What a column holds, and the names that a header has for it.
    enum Meaning {
        ADDRESS("address", "addr", "vaddr", "paddr"),
        SIZE("size", "bytes", "length", "len"),
        OP("op", "rw", "type", "operation"),
        TIME("time", "timestamp"),
        CPU("cpu", "thread", "tid"),
        SPACE("space", "pid", "process", "disk");

        final List<String> names;

        Meaning(String... names) {
            this.names = List.of(names);
        }

        String label() {
            return names.getFirst();
        }
    }

    /// A map with nothing but what a header says.
    static Columns ofHeader() {
        return new Columns(Map.of(), 0, (char) 0, false);
    }

    /// Reads `address=3,size=4,op=2,unit=sector,separator=tab,base=16`.
    ///
    /// @throws BadInput if it is none
    static Columns of(String text) {
        Map<Meaning, String> places = new EnumMap<>(Meaning.class);
        int unit = 0;
        char separator = 0;
        boolean hexadecimal = false;
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals <= 0 || equals == part.length() - 1) {
                throw bad("'" + part + "' is no column", "write it as in address=3,size=4,op=2");
            }
            String key = part.substring(0, equals).strip().toLowerCase(Locale.ROOT);
            String value = part.substring(equals + 1).strip();
            switch (key) {
                case "unit" -> unit = unit(value);
                case "separator" -> separator = separator(value);
                case "base" -> hexadecimal = choice(value, "10", "16") == 1;
                default -> places.put(meaning(key), place(value));
            }
        }
        if (!places.containsKey(Meaning.ADDRESS)) {
            throw bad("no column is the address", "add address=N, its number from 1 or its name");
        }
        return new Columns(Map.copyOf(places), unit, separator, hexadecimal);
    }

    private static Meaning meaning(String key) {
        List<String> labels = new ArrayList<>();
        for (Meaning each : Meaning.values()) {
            if (each.names.contains(key)) {
                return each;
            }
            labels.add(each.label());
        }
        labels.addAll(List.of("unit", "separator", "base"));
        throw bad("'" + key + "' is no meaning of a column", Nearest.mend(key, labels));
    }

    private static String place(String value) {
        boolean isNumber = value.chars().allMatch(c -> c >= '0' && c <= '9');
        if (isNumber && (value.length() > 3 || !isColumn(Integer.parseInt(value)))) {
            throw bad("'" + value + "' is no column", "count from 1 to " + MOST);
        }
        return value;
    }

    private static boolean isColumn(int number) {
        return number >= 1 && number <= MOST;
    }

    private static int unit(String value) {
        return switch (choice(value, "bytes", "sector", "page")) {
            case 0 -> 0;
            case 1 -> 9;
            default -> 12;
        };
    }

    private static char separator(String value) {
        return switch (choice(value, "comma", "semicolon", "tab", "bar", "blank")) {
            case 0 -> ',';
            case 1 -> ';';
            case 2 -> '\t';
            case 3 -> '|';
            default -> ' ';
        };
    }

    private static int choice(String value, String... choices) {
        int at = Arrays.asList(choices).indexOf(value.toLowerCase(Locale.ROOT));
        if (at < 0) {
            throw bad(
                    "'" + value + "' is none of the choices",
                    "choose one of " + String.join(", ", choices));
        }
        return at;
    }

    private static BadInput bad(String what, String mend) {
        return new BadInput(OPTION, what, mend);
    }
}
