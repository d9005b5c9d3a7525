package org.gleaner.mm.space;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// A walk over the mappings of a folio (`rmap_walk`, `page_vma_mapped_walk`): of each the entry,
/// with the lock of its page table held, be it of level 1 or a huge leaf.
///
/// ```
/// walk.start(folios.mapping(pfn));
/// walk.enter(cpu);                      // the object's lock, for reading
/// while (walk.next()) {                 // a mapping that shows the folio's place in the object
///     if (walk.lock(cpu, pfn)) {        // and whose entry shows the folio
///         ...                           // walk.at(), walk.mm(), walk.vpn()
///         walk.unlock(cpu);
///     }
/// }
/// walk.leave(cpu);
/// ```
///
/// The object's lock keeps the mappings, and with them the page tables, until the walk leaves (see
/// [AddressSpace]).
///
/// A cursor, to be reused from walk to walk. Belongs to one CPU.
@OneCpu
public final class RmapWalk {
    private static final Vma[] NONE = {};

    private final RmapObjects objects;
    private final Walk walk = new Walk();
    private RmapObject object;
    private long index;
    private Vma[] vmas = NONE;
    private int behind;
    private @Nullable Vma vma;
    private long vpn;

    public RmapWalk(RmapObjects objects) {
        this.objects = objects;
        object = objects.get(RmapObject.UNKNOWN);
    }

    /// Begins a walk for a folio's `mapping`; see [Folios#mapping]. Takes no lock yet.
    public void start(long mapping) {
        object = objects.get(Folios.mappingObject(mapping));
        index = Folios.mappingIndex(mapping);
    }

    /// Whether the folio belongs to anonymous memory.
    public boolean isAnon() {
        return object instanceof AnonVma;
    }

    /// Takes the object's lock.
    public void enter(Cpu cpu) {
        object.lock().downRead(cpu);
        rewind();
    }

    /// Takes the object's lock if nobody has it for writing or waits.
    public boolean tryEnter(Cpu cpu) {
        boolean entered = object.lock().tryDownRead(cpu);
        rewind();
        return entered;
    }

    private void rewind() {
        vmas = object.vmas();
        behind = 0;
    }

    /// Goes on to the next mapping that shows the folio's place; false if there is none left.
    public boolean next() {
        while (behind < vmas.length) {
            Vma next = vmas[behind++];
            vpn = next.vpn(index);
            if (vpn >= 0) {
                vma = next;
                return true;
            }
        }
        return false;
    }

    /// The mapping.
    public Vma vma() {
        Vma at = vma;
        if (at == null) {
            throw new IllegalStateException("the walk is at no mapping");
        }
        return at;
    }

    /// Whose mapping it is.
    public AddressSpace mm() {
        return vma().mm();
    }

    /// Where it shows the folio.
    public long vpn() {
        return vpn;
    }

    /// Takes the lock of the page table if the entry in it shows `pfn`, and moves [#at] there;
    /// returns whether it does.
    public boolean lock(Cpu cpu, int pfn) {
        AddressSpace mm = mm();
        mm.tables().find(cpu, walk, mm.root(), vpn);
        if (walk.level > RadixTable.LEVEL_2M) {
            return false;
        }
        QueuedSpinLock lock = mm.pteLock(walk);
        lock.lock(cpu);
        long pte = cpu.load(walk.words, walk.index);
        PteFormat format = mm.tables().format;
        boolean shows = format.isLeaf(pte, walk.level) && format.pfn(pte) == pfn;
        if (!shows) {
            lock.unlock(cpu);
        }
        return shows;
    }

    /// Where the entry is, while it is locked.
    public Walk at() {
        return walk;
    }

    /// Pages that the entry stands for.
    public long pages() {
        return mm().tables().geometry.pages(walk.level);
    }

    public void unlock(Cpu cpu) {
        mm().pteLock(walk).unlock(cpu);
    }

    /// Gives the object's lock up.
    public void leave(Cpu cpu) {
        object.lock().upRead(cpu);
        vmas = NONE;
        vma = null;
    }
}
