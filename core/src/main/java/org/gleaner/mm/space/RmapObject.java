package org.gleaner.mm.space;

import java.util.Arrays;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.RwSemaphore;

/// What pages belong to and mappings show: anonymous memory (`struct anon_vma`) or a memfd
/// (`struct address_space`). A folio names its object and its index in it, so the mappings of a folio
/// are found by asking the object for its mappings.
public abstract sealed class RmapObject permits AnonVma, Memfd {
    private static final Vma[] NONE = {};

    private final int id;
    private final RwSemaphore lock = new RwSemaphore(LockClass.I_MMAP_RWSEM);
    private volatile Vma[] vmas = NONE;

    RmapObject(int id) {
        this.id = id;
    }

    public int id() {
        return id;
    }

    /// Guards the list of mappings; held for reading by reverse-map walks.
    public RwSemaphore lock() {
        return lock;
    }

    /// Mappings of this object. Stable while [#lock] is held.
    public Vma[] vmas() {
        return vmas;
    }

    void add(Cpu cpu, Vma vma) {
        lock.downWrite(cpu);
        Vma[] old = vmas;
        Vma[] more = Arrays.copyOf(old, old.length + 1);
        more[old.length] = vma;
        vmas = more;
        lock.upWrite(cpu);
    }

    void remove(Cpu cpu, Vma vma) {
        lock.downWrite(cpu);
        vmas = Arrays.stream(vmas).filter(v -> v != vma).toArray(Vma[]::new);
        lock.upWrite(cpu);
    }
}
