package org.gleaner.lab.policy;

/// Doubly linked lists of pages, each of which is in one of them at most. A list has a first page,
/// where most join it, and a last one.
final class PageLists {

    /// The list of a page that is in none; lists have the numbers from 1 up.
    static final int NONE = 0;

    private final int pages;
    private final int[] next;
    private final int[] previous;
    private final byte[] list;
    private final int[] sizes;

    /// @param lists how many, at most 127
    PageLists(int pages, int lists) {
        this.pages = pages;
        next = new int[pages + lists + 1];
        previous = new int[pages + lists + 1];
        list = new byte[pages];
        sizes = new int[lists + 1];
        for (int end = pages; end < next.length; end++) {
            next[end] = end;
            previous[end] = end;
        }
    }

    /// The list that a page is in.
    int of(int page) {
        return list[page];
    }

    int size(int of) {
        return sizes[of];
    }

    /// The last page of a list that is not empty.
    int last(int of) {
        return previous[pages + of];
    }

    /// The page before another towards the first of their list; less than 0 if that is the first.
    int before(int page) {
        int before = previous[page];
        return before < pages ? before : -1;
    }

    /// Makes a page the first of a list, whatever list it was in.
    void toFront(int page, int of) {
        remove(page);
        int end = pages + of;
        int first = next[end];
        next[end] = page;
        previous[page] = end;
        next[page] = first;
        previous[first] = page;
        list[page] = (byte) of;
        sizes[of]++;
    }

    /// Takes a page out of its list, if it is in one.
    void remove(int page) {
        int was = list[page];
        if (was != NONE) {
            int before = previous[page];
            int after = next[page];
            next[before] = after;
            previous[after] = before;
            list[page] = NONE;
            sizes[was]--;
        }
    }
}
