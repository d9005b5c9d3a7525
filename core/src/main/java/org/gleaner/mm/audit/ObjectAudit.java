package org.gleaner.mm.audit;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.HugetlbFile;
import org.gleaner.mm.space.InaccessibleFile;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.SharedFile;

/// What objects of the reverse map hold: files of all kinds refer to the pages and slots that are
/// in them, and anonymous memory is there for a mapping.
final class ObjectAudit {
    private final Tally tally;
    private final Cpu cpu;

    ObjectAudit(Tally tally) {
        this.tally = tally;
        cpu = tally.cpu;
    }

    void countHeld() {
        for (int id = 1; id < tally.host.objects().size(); id++) {
            RmapObject object = tally.host.objects().get(id);
            boolean alive =
                    object.id() != id || object instanceof SharedFile || object.vmas().length > 0;
            tally.expect(alive, "anonymous memory %d has no mapping", id);
            if (object instanceof DeviceMemory device) {
                for (int i = 0; i < device.pages(); i++) {
                    int page = device.page(cpu, i);
                    tally.references[Math.max(page, 0)] += page >= 0 ? 1 : 0;
                }
            }
            if (object instanceof HugetlbFile file) {
                for (int i = 0; i < file.hugePages(); i++) {
                    long entry = file.peek(cpu, i);
                    tally.references[HugetlbFile.pfn(entry)] += HugetlbFile.isThere(entry) ? 1 : 0;
                }
            }
            if (object instanceof InaccessibleFile file) {
                for (int i = 0; i < file.pages(); i++) {
                    long entry = file.peek(cpu, i);
                    tally.references[InaccessibleFile.pfn(entry)] +=
                            InaccessibleFile.isThere(entry) ? 1 : 0;
                }
            }
            if (object instanceof Memfd memfd) {
                for (int i = 0; i < memfd.pages(); i++) {
                    long entry = memfd.peek(cpu, i);
                    if (Memfd.isFolio(entry)) {
                        tally.references[Memfd.pfn(entry)]++;
                    } else if (Memfd.isSwap(entry)) {
                        tally.swapEntries[Memfd.slot(entry)]++;
                    }
                }
            }
        }
    }
}
