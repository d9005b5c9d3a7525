package org.gleaner.kvm;

import static org.gleaner.kvm.OperationsHost.GFN;
import static org.gleaner.kvm.Operator.expect;

import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.gleaner.kvm.pfn.HostMap;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.jspecify.annotations.Nullable;

/// A guest page that the kernel has mapped for itself for a while (`kvm_vcpu_map`). Reclaim, forks
/// and collapses leave it in its place: what is written here the guest sees, and the other way
/// round. Kernels before 6.13 took a reference, not a pin: a fork, and a write after it, leave them
/// with a page that is no longer the guest's, so there a page is looked at only, and let go of at
/// once.
@OneCpu
final class PinnedPage {
    private final OperationsHost world;
    private final int me;
    private final SplittableRandom random;
    private @Nullable HostMap map;
    private boolean mapped;
    private boolean writable;
    private int page;

    PinnedPage(OperationsHost world, int me, SplittableRandom random) {
        this.world = world;
        this.me = me;
        this.random = random;
    }

    /// Maps page `candidate`; or writes to the page that is mapped, looks at it or unmaps it.
    ///
    /// @param last our last numbers by page
    /// @param next a number to write, of the page that is mapped
    void act(Cpu cpu, int candidate, long[] last, LongSupplier next) {
        if (map == null) {
            map = world.vm.direct().newMap();
        }
        if (!mapped) {
            page = candidate;
            writable = random.nextBoolean();
            mapped = map.map(cpu, GFN + page, writable) == 0;
            boolean pins = world.pins();
            expect(mapped || writable || !pins, "page %d cannot be pinned", page);
            if (!pins) {
                end(cpu);
            }
            return;
        }
        long found = world.read(map.pfn(), me);
        expect(found == last[page], "pinned page %d: %x, not %x", page, found, last[page]);
        if (writable) {
            last[page] = next.getAsLong();
            world.write(map.pfn(), me, last[page]);
        }
        if (random.nextInt(4) == 0) {
            end(cpu);
        }
    }

    int page() {
        return page;
    }

    void end(Cpu cpu) {
        if (mapped) {
            map.unmap(cpu);
            mapped = false;
        }
    }
}
