package org.gleaner.mm.space;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;

/// An object that holds pages of its own, whether or not a process maps them.
///
/// It lives until it is closed and mapped by nobody, whatever comes last; then its pages are to be
/// given up (`evict_inode`), and [#evicted] ends it.
public abstract sealed class SharedFile extends RmapObject
        permits HugetlbFile, InaccessibleFile, Memfd {
    @Guarded("i_mmap_rwsem")
    private boolean open = true;

    SharedFile(RmapObjects all) {
        super(all);
    }

    @Override
    boolean mappable(Cpu cpu, Vma vma) {
        return open;
    }

    @Override
    final boolean unmapped() {
        return !open;
    }

    /// Nobody has it open any more. Returns whether nobody maps it either, and the caller is to
    /// evict its pages.
    public final boolean close(Cpu cpu) {
        lock().downWrite(cpu);
        boolean last = open && vmas().length == 0;
        open = false;
        lock().upWrite(cpu);
        return last;
    }

    /// Its pages are gone, and so is it.
    public final void evicted(Cpu cpu) {
        lock().downWrite(cpu);
        leave();
        lock().upWrite(cpu);
    }
}
