package org.gleaner.kvm;

import static org.gleaner.kvm.OperationsHost.MAIN;
import static org.gleaner.kvm.OperationsHost.PAGES;

import java.util.SplittableRandom;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.fault.Collapse.Outcome;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.reclaim.PageIdle;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// What a host does to a guest's pages that no guest may notice.
final class Disturber {
    private final OperationsHost world;
    private final SplittableRandom random;
    private final Walk walk = new Walk();

    Disturber(OperationsHost world, SplittableRandom random) {
        this.world = world;
        this.random = random;
    }

    void act(Cpu cpu, Operator.Kind kind) {
        switch (kind) {
            case AGE -> age(cpu);
            case ZAP -> zap(cpu);
            case PROTECT -> protect(cpu);
            case RECLAIM ->
                    world.host
                            .memcgFiles()
                            .reclaim(cpu, world.host.memcgs().root(), 1 + random.nextInt(64));
            case AGE_ALL -> world.host.reclaim().age(cpu, world.host.memcgs().root());
            case SPLIT -> split(cpu, MAIN + random.nextInt(PAGES));
            case COLLAPSE -> collapse(cpu, MAIN + random.nextInt(PAGES));
            default -> throw new IllegalArgumentException(kind.name());
        }
    }

    private void age(Cpu cpu) {
        MmuNotifierSubscriptions mm = world.mm.notifiers();
        long start = MAIN + random.nextInt(PAGES - 64);
        switch (random.nextInt(3)) {
            case 0 -> mm.clearYoung(cpu, start, start + 64);
            case 1 -> mm.clearFlushYoung(cpu, start, start + 1);
            default -> mm.testYoung(cpu, start);
        }
    }

    /// An invalidation after which the host has changed nothing.
    private void zap(Cpu cpu) {
        MmuNotifierSubscriptions mm = world.mm.notifiers();
        long start = MAIN + random.nextInt(PAGES - 64);
        long end = start + 1 + random.nextInt(64);
        mm.invalidateRangeStart(cpu, start, end, true, InvalidationEvent.CLEAR);
        if (random.nextInt(8) == 0) {
            cpu.sleep(2_000);
        }
        mm.invalidateRangeEnd(cpu, start, end);
    }

    private void protect(Cpu cpu) {
        if (!cpu.cas(world.protecting, 0, 1)) {
            return;
        }
        world.host.mappingChanges().protect(cpu, world.main, false);
        cpu.fetchAdd(world.readOnlyEpoch, 1);
        cpu.sleep(20_000);
        cpu.fetchAdd(world.readOnlyEpoch, 1);
        world.host.mappingChanges().protect(cpu, world.main, true);
        cpu.store(world.protecting, 0);
    }

    /// Most often of a range whose pages were just used.
    /// Tries to make a huge page of those around `near`, most of which it touches first.
    void collapse(Cpu cpu, long near) {
        long vpn = world.mm.tables().geometry.alignDown(near, RadixTable.LEVEL_2M);
        UserTask task = new UserTask(world.host.faults(), world.mm);
        for (int i = 0;
                i < Geometry.FOUR_BY_NINE.pages(RadixTable.LEVEL_2M) && random.nextInt(999) > 0;
                i++) {
            task.access(cpu, vpn + i, false);
        }
        Outcome outcome = world.host.userMemory().actors().collapse().collapse(cpu, world.mm, vpn);
        world.collapses.incrementAndGet(outcome.ordinal());
    }

    /// Tries to take apart what holds a page.
    void split(Cpu cpu, long vpn) {
        int pfn = PageIdle.frame(cpu, world.mm, vpn, walk);
        if (pfn >= 0 && world.host.userMemory().split(cpu, pfn)) {
            world.splits.increment();
        }
    }
}
