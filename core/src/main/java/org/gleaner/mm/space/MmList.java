package org.gleaner.mm.space;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.lru.MmWalkState;

/// The address spaces of one cgroup in the order in which they joined (`struct lru_gen_mm_list`).
/// MGLRU walks them, the OOM killer compares them.
///
/// The lock guards the list and the state of the walks over it. Whoever holds it finds only address
/// spaces whose page tables stand.
public final class MmList {
    private final MmWalkState walks;
    private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.MM_LIST_LOCK);
    private final List<AddressSpace> mms = new ArrayList<>();

    MmList(MmWalkState walks) {
        this.walks = walks;
    }

    public QueuedSpinLock lock() {
        return lock;
    }

    /// The list itself; to be looked at with the lock held.
    public List<AddressSpace> mms() {
        return mms;
    }

    /// `lru_gen_add_mm`.
    void add(Cpu cpu, AddressSpace mm) {
        lock.lock(cpu);
        walks.added(mms.size());
        mms.add(mm);
        lock.unlock(cpu);
    }

    /// `lru_gen_del_mm`.
    void remove(Cpu cpu, AddressSpace mm) {
        lock.lock(cpu);
        int at = mms.indexOf(mm);
        mms.remove(at);
        walks.removed(at, mms.size());
        lock.unlock(cpu);
    }
}
