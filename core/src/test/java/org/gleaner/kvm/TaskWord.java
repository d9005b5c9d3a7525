package org.gleaner.kvm;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.pagetable.Walk;

/// One word of each page of a process, as the process itself has it. The page's lock keeps the page
/// in its place meanwhile, as the flush of a TLB does.
@OneCpu
final class TaskWord {
    private final OperationsHost world;
    private final AddressSpace mm;
    private final int word;
    private final UserTask task;
    private final Walk walk = new Walk();
    private long found;

    TaskWord(OperationsHost world, AddressSpace mm, int word) {
        this.world = world;
        this.mm = mm;
        this.word = word;
        task = new UserTask(world.host.faults(), mm);
    }

    /// Reads the word, for [#found]; or writes it. Returns 0 or the error of the fault.
    int access(Cpu cpu, long vpn, boolean write, long value) {
        for (boolean done = false; !done; ) {
            int problem = task.access(cpu, vpn, write);
            if (problem != 0) {
                return problem;
            }
            mm.tables().find(cpu, walk, mm.root(), vpn);
            QueuedSpinLock lock = mm.pteLock(walk);
            lock.lock(cpu);
            long pte = cpu.load(walk.words, walk.index);
            PteFormat format = mm.tables().format;
            done = format.isLeaf(pte, walk.level) && (!write || format.isWritable(pte));
            if (done) {
                int pfn =
                        (int)
                                (format.pfn(pte)
                                        + (vpn & mm.tables().geometry.pages(walk.level) - 1));
                if (write) {
                    long dirty = PteFormat.ACCESSED | PteFormat.DIRTY;
                    Pte.set(cpu, format, walk.words, walk.index, dirty);
                    world.write(pfn, word, value);
                } else {
                    found = world.read(pfn, word);
                }
            }
            lock.unlock(cpu);
        }
        return 0;
    }

    /// What was read last.
    long found() {
        return found;
    }
}
