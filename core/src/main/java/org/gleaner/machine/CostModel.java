package org.gleaner.machine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What each [Cost] takes on one kind of host, read from a `.costs` file: one line per constant,
/// `NAME value unit # source`. Every constant must be there, with its unit and its source.
///
/// Values are kept in ticks of 1/16 ns, the resolution of virtual time.
public final class CostModel {
    /// Ticks per nanosecond.
    public static final int TICKS_PER_NANO = 16;

    private static final double MAX_NANOS = 100e9;

    private final String name;
    private final long[] ticks;

    private CostModel(String name, long[] ticks) {
        this.name = name;
        this.ticks = ticks;
    }

    /// The model bundled under `name`: `x86-server` or `arm64-n1`.
    ///
    /// @throws IllegalArgumentException if there is no such model, or a line of it is wrong
    public static CostModel named(String name) {
        InputStream in = CostModel.class.getResourceAsStream(name + ".costs");
        if (in == null) {
            throw new IllegalArgumentException(
                    "no cost model named '" + name + "'; known: x86-server, arm64-n1");
        }
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return parse(name, reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CostModel parse(String name, BufferedReader reader) throws IOException {
        long[] ticks = new long[Cost.values().length];
        Arrays.fill(ticks, -1);
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int hash = line.indexOf('#');
            String[] parts = (hash < 0 ? line : line.substring(0, hash)).trim().split("\\s+");
            if (parts.length != 3 || hash < 0 || line.substring(hash + 1).isBlank()) {
                throw bad(name, number, "expected 'NAME value unit # source'");
            }
            Cost cost;
            try {
                cost = Cost.valueOf(parts[0]);
            } catch (IllegalArgumentException e) {
                throw bad(name, number, "unknown constant " + parts[0]);
            }
            double nanos =
                    switch (parts[2]) {
                        case "ns" -> 1;
                        case "us" -> 1e3;
                        case "ms" -> 1e6;
                        default ->
                                throw bad(
                                        name,
                                        number,
                                        "unknown unit " + parts[2] + "; known: ns, us, ms");
                    };
            if (ticks[cost.ordinal()] >= 0) {
                throw bad(name, number, cost + " stands twice");
            }
            double value;
            try {
                value = Double.parseDouble(parts[1]);
            } catch (NumberFormatException e) {
                throw bad(name, number, "not a number: " + parts[1]);
            }
            if (!(value >= 0 && value * nanos < MAX_NANOS)) {
                throw bad(name, number, parts[1] + " is not between 0 and 100 s");
            }
            ticks[cost.ordinal()] = Math.round(value * nanos * TICKS_PER_NANO);
        }
        for (Cost cost : Cost.values()) {
            if (ticks[cost.ordinal()] < 0) {
                throw bad(name, number, "missing constant " + cost);
            }
        }
        return new CostModel(name, ticks);
    }

    private static IllegalArgumentException bad(String name, int line, String what) {
        return new IllegalArgumentException(name + ".costs line " + line + ": " + what);
    }

    public String name() {
        return name;
    }

    /// Ticks of 1/16 ns for one occurrence.
    public long ticks(Cost cost) {
        return ticks[cost.ordinal()];
    }

    /// The table, indexed by [Cost#ordinal]; a copy.
    long[] table() {
        return ticks.clone();
    }
}
