package org.gleaner.mm.space;

import java.util.Arrays;

/// Every object that pages can belong to, by the id that folios carry. Objects are made while a host is
/// set up or by one actor at a time, and live as long as the host.
public final class RmapObjects {
    private volatile RmapObject[] objects = {};

    /// Fresh anonymous memory.
    public AnonVma newAnon() {
        return add(new AnonVma(objects.length));
    }

    /// A memfd of a size in pages.
    public Memfd newMemfd(int pages) {
        return add(new Memfd(objects.length, pages));
    }

    private <T extends RmapObject> T add(T object) {
        RmapObject[] old = objects;
        RmapObject[] more = Arrays.copyOf(old, old.length + 1);
        more[old.length] = object;
        objects = more;
        return object;
    }

    /// How many there are; ids are below.
    public int size() {
        return objects.length;
    }

    public RmapObject get(int id) {
        return objects[id];
    }
}
