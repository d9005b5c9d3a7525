package org.gleaner.mm.space;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/// Every object that pages can belong to, by the id that folios carry.
///
/// The table is an immutable array behind one reference, replaced by compare-and-swap. Like the array of a chunk of
/// page tables it is the host's affair and no step of the modelled machine, whose kernel follows a pointer here.
///
/// | word | writer | mode | reader | mode |
/// |---|---|---|---|---|
/// | `table` | who enrolls or leaves, under the object's lock | CAS | reverse-map walks | volatile |
public final class RmapObjects {
    /// Ids are less than this: what a folio has room for.
    static final int LIMIT = 1 << 23;

    private static final int FIRST = 16;

    /// Stands for objects that are gone: it has no mapping, ever. Its id is [RmapObject#UNKNOWN].
    private final RmapObject nobody = new AnonVma(this);

    private final AtomicReference<RmapObject[]> table;

    public RmapObjects() {
        RmapObject[] empty = new RmapObject[FIRST];
        Arrays.fill(empty, nobody);
        table = new AtomicReference<>(empty);
    }

    /// Fresh anonymous memory.
    public AnonVma newAnon() {
        return new AnonVma(this);
    }

    /// A memfd of a size in pages, open.
    public Memfd newMemfd(int pages) {
        Memfd memfd = new Memfd(this, pages);
        memfd.enroll();
        return memfd;
    }

    /// Ids are below.
    public int size() {
        return table.get().length;
    }

    /// How many objects there are.
    public int count() {
        int count = 0;
        for (RmapObject object : table.get()) {
            count += object != nobody ? 1 : 0;
        }
        return count;
    }

    /// The object of an id, or one without mappings if it is gone.
    public RmapObject get(int id) {
        return table.get()[id];
    }

    /// Gives an object the least id that is free.
    int enroll(RmapObject object) {
        for (; ; ) {
            RmapObject[] old = table.get();
            int id = RmapObject.UNKNOWN + 1;
            while (id < old.length && old[id] != nobody) {
                id++;
            }
            if (id == LIMIT) {
                throw new IllegalStateException("more than " + id + " mapped objects");
            }
            RmapObject[] more = Arrays.copyOf(old, id < old.length ? old.length : 2 * id);
            Arrays.fill(more, old.length, more.length, nobody);
            more[id] = object;
            if (table.compareAndSet(old, more)) {
                return id;
            }
        }
    }

    /// Frees an id.
    void leave(int id) {
        for (; ; ) {
            RmapObject[] old = table.get();
            RmapObject[] less = old.clone();
            less[id] = nobody;
            if (table.compareAndSet(old, less)) {
                return;
            }
        }
    }
}
