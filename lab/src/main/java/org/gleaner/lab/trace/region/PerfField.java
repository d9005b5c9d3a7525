package org.gleaner.lab.trace.region;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;

/// A field of `perf script -F`.
enum PerfField {
    COMM,
    PID,
    TID,
    CPU,
    TIME,
    PERIOD,
    EVENT,
    ADDR,
    DATA_SRC,
    WEIGHT,
    PHYS_ADDR,
    IP,
    SYM,
    DSO,
    FLAGS,
    DATA_PAGE_SIZE,
    CODE_PAGE_SIZE,
    INS_LAT;

    /// The word for it.
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The fields of a list with commas.
    ///
    /// @throws BadInput if one is unknown
    static List<PerfField> of(String names) {
        List<PerfField> fields = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            fields.add(one(name.strip().toLowerCase(Locale.ROOT)));
        }
        return fields;
    }

    private static PerfField one(String name) {
        List<String> labels = new ArrayList<>();
        for (PerfField each : values()) {
            if (each.label().equals(name)) {
                return each;
            }
            labels.add(each.label());
        }
        throw new BadInput(
                "--fields",
                "'" + name + "' is no field of perf script",
                Nearest.mend(name, labels));
    }
}
