package org.gleaner.lab.trace.gpt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.page.Pages;

/// What the ids of a page trace file stand for: a page number each, and a space where there are
/// several.
final class Dictionary implements Pages {

    private final List<String> spaces = new ArrayList<>();
    private long[] pages = new long[1 << 10];
    private int[] spaceOf = new int[0];
    private int size;

    void addSpace(String name) {
        spaces.add(name);
    }

    /// The names of the spaces; none if there is only one.
    List<String> spaces() {
        return spaces;
    }

    /// Takes the next `count` pages.
    void add(Payload payload, int count) {
        if (size + count > pages.length) {
            if (size > Integer.MAX_VALUE / 2 - count) {
                throw new Malformed("", "it has more pages than can be held");
            }
            pages = Arrays.copyOf(pages, Math.max(size + count, size * 2));
        }
        if (!spaces.isEmpty() && spaceOf.length < pages.length) {
            spaceOf = Arrays.copyOf(spaceOf, pages.length);
        }
        long page = 0;
        long space = 0;
        for (int i = 0; i < count; i++) {
            if (!spaces.isEmpty()) {
                space += payload.getSigned();
                if (space < 0 || space >= spaces.size()) {
                    throw new Malformed("", "a page lies in space " + space);
                }
                spaceOf[size] = (int) space;
            }
            page += payload.getSigned();
            pages[size++] = page;
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public long page(int id) {
        return pages[id];
    }

    @Override
    public int space(int id) {
        return spaceOf.length == 0 ? 0 : spaceOf[id];
    }
}
