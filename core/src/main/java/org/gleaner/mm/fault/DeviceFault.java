package org.gleaner.mm.fault;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// The fault handler of a device's driver (`vm_ops->fault`, `vmf_insert_pfn`): no page is allocated
/// and none is counted.
final class DeviceFault {
    private final PteFormat format;

    private final Folios folios;
    private final MemorySteps steps;

    DeviceFault(PteFormat format, Folios folios, MemorySteps steps) {
        this.format = format;
        this.folios = folios;
        this.steps = steps;
    }

    /// Nothing is there, and the driver's handler is called.
    int missing(Cpu cpu, Vma vma, DeviceMemory device, long vpn, Walk walk, boolean write) {
        device.countFault(cpu);
        if (device.dropsLock(cpu)) {
            return PageFaults.LOCK_DROPPED;
        }
        return device.isLazy(cpu) ? show(cpu, vma, device, vpn, walk, write) : PageFaults.FAULT;
    }

    /// Shows the device's frame, or the page that is in its place. Which it is, is asked under the
    /// entry's lock, lest one that the driver has taken away since be installed.
    int show(Cpu cpu, Vma vma, DeviceMemory device, long vpn, Walk walk, boolean write) {
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        long index = vma.index(vpn);
        int page = device.page(cpu, index);
        long frame = page >= 0 ? page : device.frame(cpu, index);
        if (frame >= 0 && format.isNone(cpu.load(walk.words, walk.index))) {
            if (page >= 0) {
                folios.setMapping(page, device.id(), index);
                folios.get(cpu, page);
                folios.addMap(cpu, page);
            }
            boolean special = page < 0 && steps.marksSpecial();
            Pte.set(cpu, walk.words, walk.index, entry(cpu, vma, device, frame, special, write));
        }
        lock.unlock(cpu);
        return frame < 0 ? PageFaults.FAULT : PageFaults.DONE;
    }

    /// The entry is there but did not permit the access (`pfn_mkwrite`).
    int present(Cpu cpu, Vma vma, DeviceMemory device, Walk walk, boolean write) {
        boolean grants = write && vma.writable() && device.mapsWritable(cpu);
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        long pte = cpu.load(walk.words, walk.index);
        boolean denied = false;
        if (format.isPresent(pte)) {
            denied = write && !grants && !format.isWritable(pte);
            long dirty = write && !denied ? PteFormat.DIRTY : 0;
            long more = grants ? PteFormat.WRITABLE | PteFormat.DIRTY : dirty;
            more |= PteFormat.ACCESSED | PteFormat.USER;
            Pte.set(cpu, format, walk.words, walk.index, more);
        }
        lock.unlock(cpu);
        return denied ? PageFaults.FAULT : PageFaults.DONE;
    }

    private long entry(
            Cpu cpu, Vma vma, DeviceMemory device, long frame, boolean special, boolean write) {
        boolean writable = vma.writable() && device.mapsWritable(cpu);
        long flags = special ? PteFormat.SPECIAL | PteFormat.ACCESSED : PteFormat.ACCESSED;
        if (writable) {
            flags |= write ? PteFormat.WRITABLE | PteFormat.DIRTY : PteFormat.WRITABLE;
        }
        return format.makeLeaf(frame, RadixTable.LEVEL_4K, flags);
    }
}
