package org.gleaner.mm.folio;

import static org.gleaner.mm.folio.Folios.LINKS;
import static org.gleaner.mm.folio.Folios.RECORD;

import org.gleaner.machine.Guarded;
import org.gleaner.machine.SetUp;

/// The lists that folios are on, linked through their records in [Folios].
///
/// Lists are circular and doubly linked; a list is named by its head, an index above all frames.
/// The head's `next` is the most recently added side, its `prev` the tail that scans pop. Links
/// change under lru_lock, or another lock of whoever owns the list.
public final class FolioLists {
    static final int MOST_LISTS = 1 << 20;

    private static final long PREV = 0xffff_ffffL;

    /// The table of [Folios], of which these are the links.
    @Guarded("lru_lock")
    private final long[] table;

    /// Where there is no room for another list.
    private final int end;

    @SetUp private int heads;

    FolioLists(long[] table, int frames, int lists) {
        this.table = table;
        end = frames + lists;
        heads = frames;
    }

    private int next(int i) {
        return (int) (table[i * RECORD + LINKS] >>> Integer.SIZE);
    }

    private int prev(int i) {
        return (int) table[i * RECORD + LINKS];
    }

    private void setNext(int i, int next) {
        int at = i * RECORD + LINKS;
        table[at] = table[at] & PREV | (long) next << Integer.SIZE;
    }

    private void setPrev(int i, int prev) {
        int at = i * RECORD + LINKS;
        table[at] = table[at] & ~PREV | prev & PREV;
    }

    private void setLinks(int i, int next, int prev) {
        table[i * RECORD + LINKS] = (long) next << Integer.SIZE | prev & PREV;
    }

    /// A new empty list; returns its head.
    public int newList() {
        int head = heads++;
        if (head >= end) {
            throw new IllegalStateException("folio table has no room for another list");
        }
        setLinks(head, head, head);
        return head;
    }

    public boolean isEmpty(int list) {
        return next(list) == list;
    }

    /// The oldest folio of a list, or -1.
    public int tail(int list) {
        int t = prev(list);
        return t == list ? -1 : t;
    }

    /// The folio before `pfn`, one step newer, or -1 at the head.
    public int newer(int list, int pfn) {
        int p = prev(pfn);
        return p == list ? -1 : p;
    }

    public void addHead(int list, int pfn) {
        link(list, pfn, next(list));
    }

    public void addTail(int list, int pfn) {
        link(prev(list), pfn, list);
    }

    private void link(int before, int pfn, int after) {
        setNext(before, pfn);
        setLinks(pfn, after, before);
        setPrev(after, pfn);
    }

    /// Puts `pfn` next to `older`, which is on a list, on its newer side.
    public void addNewer(int older, int pfn) {
        link(prev(older), pfn, older);
    }

    public void unlink(int pfn) {
        int n = next(pfn);
        int p = prev(pfn);
        setNext(p, n);
        setPrev(n, p);
        setLinks(pfn, pfn, pfn);
    }

    public void moveToHead(int list, int pfn) {
        unlink(pfn);
        addHead(list, pfn);
    }

    public void moveToTail(int list, int pfn) {
        unlink(pfn);
        addTail(list, pfn);
    }

    /// Folios on a list, by walking it; for tests and checks.
    public int count(int list) {
        int n = 0;
        for (int i = next(list); i != list; i = next(i)) {
            n++;
        }
        return n;
    }

    // --- free frames -------------------------------------------------------------------------

    /// A free frame is on no list: its links are the zone's to keep what it likes, under its lock.
    public int freeNext(int pfn) {
        return next(pfn);
    }

    public int freePrev(int pfn) {
        return prev(pfn);
    }

    public void setFreeNext(int pfn, int value) {
        setNext(pfn, value);
    }

    public void setFreePrev(int pfn, int value) {
        setPrev(pfn, value);
    }
}
