package org.gleaner.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;

/// What each [Cost] takes on one kind of host, and what it may take there, read from a `.costs`
/// file: one line per constant, `NAME value unit range # source`.
///
/// Values are kept in ticks of 1/16 ns, the resolution of virtual time.
public final class CostModel {
    /// Ticks per nanosecond.
    public static final int TICKS_PER_NANO = 16;

    private final String name;
    private final long[] ticks;
    private final CostRange[] ranges;

    private CostModel(String name, long[] ticks, CostRange[] ranges) {
        this.name = name;
        this.ticks = ticks;
        this.ranges = ranges;
    }

    /// The model bundled under `name`: `x86-server`, `x86-zen2` or `arm64-n1`.
    ///
    /// @throws IllegalArgumentException if there is no such model, or a line of it is wrong
    public static CostModel named(String name) {
        return parse(name, CostModel::bundled);
    }

    /// The text of a bundled model.
    static String bundled(String name) {
        try (InputStream in = CostModel.class.getResourceAsStream(name + ".costs")) {
            if (in == null) {
                throw new IllegalArgumentException(
                        "no cost model named '%s'; known: x86-server, x86-zen2, arm64-n1"
                                .formatted(name));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CostModel parse(String name, UnaryOperator<String> text) {
        Map<Cost, CostFile.Entry> entries = CostFile.read(name, text);
        Cost[] all = Cost.values();
        long[] ticks = new long[all.length];
        CostRange[] ranges = new CostRange[all.length];
        for (Cost cost : all) {
            CostFile.Entry entry = Objects.requireNonNull(entries.get(cost));
            ticks[cost.ordinal()] = entry.ticks();
            ranges[cost.ordinal()] = entry.range();
        }
        return new CostModel(name, ticks, ranges);
    }

    public String name() {
        return name;
    }

    /// Ticks of 1/16 ns for one occurrence; of a share, sixteenths of a percent.
    public long ticks(Cost cost) {
        return ticks[cost.ordinal()];
    }

    /// What one occurrence may take on hosts of this kind.
    public CostRange range(Cost cost) {
        return ranges[cost.ordinal()];
    }

    /// This with other values of some constants, whatever their ranges are.
    ///
    /// @param moved ticks of 1/16 ns by constant, 0 and up
    public CostModel with(Map<Cost, Long> moved) {
        long[] other = ticks.clone();
        moved.forEach((cost, value) -> other[cost.ordinal()] = value);
        return new CostModel(name, other, ranges);
    }

    /// Eight hexadecimal digits that change when a value or a range does: what was made with one
    /// model is not taken for another's.
    public String fingerprint() {
        CRC32 sum = new CRC32();
        for (Cost cost : Cost.values()) {
            CostRange range = range(cost);
            String line = cost + " " + ticks(cost) + " " + range.low() + " " + range.high() + "\n";
            sum.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return String.format(Locale.ROOT, "%08x", sum.getValue());
    }

    /// What each costs, indexed by [Cost#ordinal], while `busy` CPUs of such a host are; a copy.
    long[] table(Topology topology, int busy) {
        double factor = new Slowdown(this, topology).factor(busy);
        return Arrays.stream(ticks).map(each -> Math.round(each * factor)).toArray();
    }
}
