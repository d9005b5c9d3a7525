package org.gleaner.lab.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.gleaner.lab.trace.format.AccessSink;
import org.jspecify.annotations.Nullable;

/// Writes accesses down: `r1f`, `w2`, with a space and a colon before them, `c3` for counts.
final class AccessText implements AccessSink {

    private record Access(String kind, long page) {}

    private final List<Access> accesses = new ArrayList<>();
    private String space = "";

    @Override
    public void access(long page, boolean write) {
        accesses.add(new Access(space + (write ? "w" : "r"), page));
    }

    @Override
    public void counted(long page, long reads, long writes) {
        accesses.add(new Access("c", page));
    }

    @Override
    public void space(int of, String name) {
        space = name.isEmpty() ? "" : name + ":";
    }

    /// All of them, one behind the other.
    ///
    /// @param names what pages are called; null for their numbers in hexadecimal
    String text(@Nullable LongFunction<String> names) {
        List<String> all = new ArrayList<>();
        for (Access each : accesses) {
            String page = names == null ? Long.toHexString(each.page()) : names.apply(each.page());
            all.add(each.kind() + page);
        }
        return String.join(" ", all);
    }
}
