package org.gleaner.mm.space;

import java.util.Arrays;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.RwSemaphore;

/// What pages belong to and mappings show: anonymous memory (`struct anon_vma`), a memfd or hugetlb
/// file (`struct address_space`), or the frames of a device, to which no folio belongs. A folio
/// names its object and its index in it, so the mappings of a folio are found by asking the object
/// for its mappings.
///
/// An object has an id, and a place in the host's table, for as long as pages may belong to it.
/// Folios that outlive it keep the id, which then names nobody or another object. Whoever walks by
/// it finds either no mapping or one that shows another page, for no entry maps such a folio any
/// more.
public abstract sealed class RmapObject permits AnonVma, DeviceMemory, SharedFile {
    private static final Vma[] NONE = {};

    /// The id of nobody.
    static final int UNKNOWN = 0;

    final RmapObjects all;
    private final RwSemaphore lock = new RwSemaphore(LockClass.I_MMAP_RWSEM);
    private volatile Vma[] vmas = NONE;

    /// Changes under the lock, held for writing.
    private volatile int id = UNKNOWN;

    RmapObject(RmapObjects all) {
        this.all = all;
    }

    /// What folios name it by, while it has mappings or, a memfd, while it is open.
    public final int id() {
        return id;
    }

    /// Guards the list of mappings; held for reading by reverse-map walks.
    public final RwSemaphore lock() {
        return lock;
    }

    /// Mappings of this object. Stable while [#lock] is held.
    public final Vma[] vmas() {
        return vmas;
    }

    final void enroll() {
        id = all.enroll(this);
    }

    final void leave() {
        all.leave(id);
        id = UNKNOWN;
    }

    /// Adds a mapping; false if the object is one that nobody can map any more.
    boolean add(Cpu cpu, Vma vma) {
        lock.downWrite(cpu);
        boolean mappable = mappable(cpu, vma);
        if (mappable) {
            Vma[] old = vmas;
            Vma[] more = Arrays.copyOf(old, old.length + 1);
            more[old.length] = vma;
            if (id == UNKNOWN) {
                enroll();
            }
            vmas = more;
        }
        lock.upWrite(cpu);
        return mappable;
    }

    /// Takes a mapping away. Returns whether the object has come to its end with it, and its pages
    /// wait for the caller.
    boolean remove(Cpu cpu, Vma vma) {
        lock.downWrite(cpu);
        vmas = Arrays.stream(vmas).filter(v -> v != vma).toArray(Vma[]::new);
        boolean last = vmas.length == 0 && unmapped();
        lock.upWrite(cpu);
        return last;
    }

    /// Whether a process may map it so. The lock is held for writing.
    abstract boolean mappable(Cpu cpu, Vma vma);

    /// Whether a mapping can begin and end there at all.
    void checkPlace(long start, long pages, long offset) {}

    /// What it is that could not be mapped.
    String refusal() {
        return "a memfd that is closed";
    }

    /// The last mapping has gone, the lock is held for writing. Returns whether pages are left that
    /// are nobody's.
    abstract boolean unmapped();
}
