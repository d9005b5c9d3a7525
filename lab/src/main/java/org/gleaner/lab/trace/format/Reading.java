package org.gleaner.lab.trace.format;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// What a reader learned besides the accesses.
public final class Reading {

    private final Reconstruction reconstruction;
    private long records;
    private long skipped;
    private @Nullable String firstSkipped;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final List<String> remarks = new ArrayList<>();
    private @Nullable LongFunction<String> names;

    /// Of a file whose records, if they are no accesses, become some as `reconstruction` says.
    public Reading(Reconstruction reconstruction) {
        this.reconstruction = reconstruction;
    }

    /// How samples and regions become accesses.
    public Reconstruction reconstruction() {
        return reconstruction;
    }

    /// One more record: the format's own unit, whether or not it is an access of data.
    public void record() {
        records++;
    }

    /// `n` more records.
    public void records(long n) {
        records += n;
    }

    /// A line that is no record, where the format allows that.
    public void skip(Line line) {
        if (skipped++ == 0) {
            firstSkipped = line.place();
        }
    }

    /// Something that the user should know, once.
    public void remark(String line) {
        remarks.add(line);
    }

    /// What the file says of where it comes from, by key.
    public void properties(Map<String, String> more) {
        properties.putAll(more);
    }

    /// Sets what the numbers of pages are called, where they are stand-ins for names.
    public void named(LongFunction<String> how) {
        names = how;
    }

    /// Records so far.
    public long records() {
        return records;
    }

    /// What was no record and was passed over.
    public long skipped() {
        return skipped;
    }

    /// Where the first of [#skipped] was; null if there is none.
    public @Nullable String firstSkipped() {
        return firstSkipped;
    }

    /// What else the user should know, a line each.
    public List<String> remarks() {
        return List.copyOf(remarks);
    }

    /// What the file says of where it comes from; empty if it says nothing.
    public Map<String, String> properties() {
        return Collections.unmodifiableMap(properties);
    }

    /// The name of the page with this number; null where numbers are what they are.
    public @Nullable LongFunction<String> names() {
        return names;
    }
}
