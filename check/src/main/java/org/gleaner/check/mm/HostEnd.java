package org.gleaner.check.mm;

import java.util.List;
import org.gleaner.check.program.Finding;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.audit.HostAudit;
import org.gleaner.mm.memcg.Memcg;

/// What must be true of a small host when all actors have returned, and when its only process has
/// ended.
final class HostEnd {
    private final Host host;
    private final Memcg memcg;
    private final SmallFrames contents;

    HostEnd(Host host, Memcg memcg, SmallFrames contents) {
        this.host = host;
        this.memcg = memcg;
        this.contents = contents;
    }

    /// Fails unless the books of the host say what is there.
    void audit(Cpu cpu, String when) {
        List<String> findings = new HostAudit(host, cpu).findings();
        Finding.check(findings.isEmpty(), "audit: " + when + String.join("; ", findings));
    }

    /// Fails unless every page, slot and charge has been given back, and nobody has written to a
    /// page since.
    void checkEmpty() {
        int[] free = new int[1];
        long[] frames = contents.frames;
        host.node()
                .zone()
                .forEachFree(frame -> {
                    free[0]++;
                    contents.checkUnused(frame);
                });
        checkNone(frames.length - free[0], "pages");
        for (long slot : contents.slots) {
            Finding.check(slot == SmallFrames.POISON, "a swap slot was written while free");
        }
        checkNone(host.swap().size() - host.swap().free(), "swap slots");
        long stocked = host.allocator().stocked(memcg);
        long kernel = memcg.kernelPages().snapshot();
        checkNone(memcg.usage().snapshot() - stocked - kernel, "charges");
    }

    private static void checkNone(long left, String what) {
        Finding.check(left == 0, "leak: " + left + " " + what + " are left at the end");
    }
}
