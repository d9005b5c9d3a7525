package org.gleaner.mm.space;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.gleaner.machine.Capacity;
import org.gleaner.mm.memory.HugetlbPool;

/// Every object that pages can belong to, by the id that folios carry.
///
/// The table is an immutable array behind one reference, replaced by compare-and-swap. Like the
/// array of a chunk of page tables it is the host's affair and no step of the modelled machine,
/// whose kernel follows a pointer here.
///
/// | word | writer | mode | reader | mode |
/// |---|---|---|---|---|
/// | `table` | who enrolls or leaves, under the object's lock | CAS | reverse-map walks | volatile |
public final class RmapObjects {
    /// Ids are less than this: what a folio has room for.
    static final int LIMIT = 1 << 23;

    private static final int FIRST = 16;
    private static final VarHandle TABLE;

    static {
        try {
            TABLE =
                    MethodHandles.lookup()
                            .findVarHandle(RmapObjects.class, "table", RmapObject[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Stands for objects that are gone: it has no mapping, ever. Its id is [RmapObject#UNKNOWN].
    private final RmapObject nobody = new AnonVma(this);

    private volatile RmapObject[] table;

    public RmapObjects() {
        RmapObject[] empty = new RmapObject[FIRST];
        Arrays.fill(empty, nobody);
        table = empty;
    }

    /// Fresh anonymous memory.
    public AnonVma newAnon() {
        return new AnonVma(this);
    }

    /// A memfd of a size in pages, open.
    public Memfd newMemfd(int pages) {
        return newFile(pages, Memfd.Kind.SHARED_MEMORY);
    }

    /// A file of a kind and of a size in pages, open.
    public Memfd newFile(int pages, Memfd.Kind kind) {
        Memfd memfd = new Memfd(this, pages, kind);
        memfd.enroll();
        return memfd;
    }

    /// A hugetlb file of a size in huge pages, open.
    ///
    /// @param reserves whether a mapping is promised its pages; if not, a fault may find none
    public HugetlbFile newHugetlb(HugetlbPool pool, int hugePages, boolean reserves) {
        HugetlbFile file = new HugetlbFile(this, pool, hugePages, reserves);
        file.enroll();
        return file;
    }

    /// A file of a size in pages that no process can map, open.
    public InaccessibleFile newInaccessible(int pages) {
        InaccessibleFile file = new InaccessibleFile(this, pages);
        file.enroll();
        return file;
    }

    /// Frames of a device, shown from `firstFrame` on; see [DeviceMemory].
    ///
    /// @param writable whether the driver installs writable entries
    public DeviceMemory newDevice(int pages, int firstFrame, boolean writable) {
        return newDevice(DeviceMemory.Flags.PFNMAP, pages, firstFrame, writable);
    }

    /// The same, with what mappings of it say of themselves.
    public DeviceMemory newDevice(
            DeviceMemory.Flags flags, int pages, int firstFrame, boolean writable) {
        return new DeviceMemory(this, flags, pages, firstFrame, writable);
    }

    /// Ids are below.
    public int size() {
        return table.length;
    }

    /// How many objects there are.
    public int count() {
        int count = 0;
        for (RmapObject object : table) {
            count += object != nobody ? 1 : 0;
        }
        return count;
    }

    /// The object of an id, or one without mappings if it is gone.
    public RmapObject get(int id) {
        return table[id];
    }

    /// Gives an object the least id that is free.
    int enroll(RmapObject object) {
        for (; ; ) {
            RmapObject[] old = table;
            int id = RmapObject.UNKNOWN + 1;
            while (id < old.length && old[id] != nobody) {
                id++;
            }
            Capacity.check("objects that pages belong to", id, 1, LIMIT - 1);
            RmapObject[] more = Arrays.copyOf(old, id < old.length ? old.length : 2 * id);
            Arrays.fill(more, old.length, more.length, nobody);
            more[id] = object;
            if (TABLE.compareAndSet(this, old, more)) {
                return id;
            }
        }
    }

    /// Frees an id.
    void leave(int id) {
        for (; ; ) {
            RmapObject[] old = table;
            RmapObject[] less = old.clone();
            less[id] = nobody;
            if (TABLE.compareAndSet(this, old, less)) {
                return;
            }
        }
    }
}
