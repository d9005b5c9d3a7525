package org.gleaner.lab.trace;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.page.Interner;
import org.gleaner.lab.trace.profile.Profile;
import org.jspecify.annotations.Nullable;

/// Counts what a trace holds, as it passes: accesses, pages, and which are first and last.
public final class TraceSummary implements AccessSink {

    /// Accesses at either end that are kept.
    private static final int ENDS = 5;

    private final Interner pages = new Interner();
    private final Profile profile = new Profile(pages);
    private final List<String> spaces = new ArrayList<>();
    private final int[] first = new int[ENDS];
    private final int[] last = new int[ENDS];
    private long touches;
    private long reads;
    private long writes;

    @Override
    public void access(long page, boolean write) {
        if (write) {
            writes++;
        } else {
            reads++;
        }
        touch(page);
    }

    @Override
    public void counted(long page, long readsOfIt, long writesOfIt) {
        reads += readsOfIt;
        writes += writesOfIt;
        touch(page);
    }

    private void touch(long page) {
        int id = pages.id(page);
        if (touches < ENDS) {
            first[(int) touches] = id;
        }
        last[(int) (touches++ % ENDS)] = id;
        profile.touch(id);
    }

    @Override
    public void space(int of, String name) {
        pages.enter(of);
        if (of == spaces.size()) {
            spaces.add(name);
        }
    }

    public long reads() {
        return reads;
    }

    public long writes() {
        return writes;
    }

    public int distinctPages() {
        return pages.size();
    }

    /// What the trace is like.
    public Profile.Measured measured() {
        return profile.measured();
    }

    /// The names of the spaces; none if there is only one.
    public List<String> spaces() {
        return List.copyOf(spaces);
    }

    /// The first pages touched, up to five: numbers, or names as [#name] gives them.
    public List<Object> firstPages(@Nullable LongFunction<String> names) {
        List<Object> named = new ArrayList<>();
        for (int i = 0; i < Math.min(touches, ENDS); i++) {
            named.add(name(first[i], names));
        }
        return named;
    }

    /// The last pages touched, up to five, in their order.
    public List<Object> lastPages(@Nullable LongFunction<String> names) {
        List<Object> named = new ArrayList<>();
        for (long i = Math.max(0, touches - ENDS); i < touches; i++) {
            named.add(name(last[(int) (i % ENDS)], names));
        }
        return named;
    }

    /// A number, `space:page` where spaces have names, or what stands behind the number.
    private Object name(int id, @Nullable LongFunction<String> names) {
        long page = pages.page(id);
        if (names != null) {
            return names.apply(page);
        }
        if (!spaces.isEmpty()) {
            return spaces.get(pages.space(id)) + ":" + Long.toUnsignedString(page);
        }
        return page >= 0 ? (Object) page : new BigInteger(Long.toUnsignedString(page));
    }
}
