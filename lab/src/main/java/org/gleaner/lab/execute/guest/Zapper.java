package org.gleaner.lab.execute.guest;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.fault.MappingChanges;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Vma;

/// A host CPU that keeps taking memory away from a guest and giving it back: mprotect of all of it,
/// munmap and mmap of half of it, deletion and creation of a memslot. One change at a time.
///
/// Two words tell vCPUs what to expect of an access, where they find the same before and after it:
/// `changing`, odd while an access may be refused; and `taken`, which says what was taken away for
/// good and so must be refused.
public final class Zapper {
    /// What is taken away, in the low bits of `taken`; above is a count. The halves and the slots
    /// follow each other by number.
    static final int NOTHING = 0;

    public static final int WRITES = 1;
    public static final int FIRST_HALF = 2;
    public static final int FIRST_SLOT = 4;
    public static final int KINDS = 8;

    private static final int MOST_SLOTS = KINDS - FIRST_SLOT;
    private static final int LONGEST_PAUSE_NANOS = 2_000_000;
    private static final int LONGEST_ABSENCE_NANOS = 500_000;

    public final Word changing = new Word();
    public final Word taken = new Word();
    public final LongAdder protects = new LongAdder();
    public final LongAdder unmaps = new LongAdder();
    public final LongAdder slotChanges = new LongAdder();

    private final GuestMachine machine;
    private final int slots;
    private final boolean mayUnmap;
    private final SplittableRandom random;
    private final Word stop = new Word();
    private final Word gone = new Word();

    /// @param slots of the guest, at most four
    /// @param mayUnmap whether memory outlives its mapping
    public Zapper(GuestMachine machine, int slots, boolean mayUnmap, long seed) {
        this.machine = machine;
        this.slots = Math.min(slots, MOST_SLOTS);
        this.mayUnmap = mayUnmap;
        random = new SplittableRandom(seed);
    }

    public void start() {
        machine.spawn("zapper", this::zap);
    }

    /// Ends it with everything given back.
    public void stop(Cpu boss) {
        boss.store(stop, 1);
        boss.block(gone, -1, 1);
    }

    private void zap(Cpu cpu) {
        while (cpu.load(stop) == 0) {
            cpu.sleep(random.nextInt(LONGEST_PAUSE_NANOS));
            cpu.fetchAdd(changing, 1);
            switch (random.nextInt(3)) {
                case 0 -> protect(cpu);
                case 1 -> changeSlot(cpu);
                default -> {
                    if (mayUnmap) {
                        unmap(cpu);
                    }
                }
            }
            cpu.fetchAdd(changing, 1);
        }
        cpu.fetchAdd(gone, 1);
    }

    private void protect(Cpu cpu) {
        MappingChanges changes = machine.host().mappingChanges();
        for (Vma vma : machine.mm().vmas()) {
            changes.protect(cpu, vma, false);
        }
        absence(cpu, WRITES);
        for (Vma vma : machine.mm().vmas()) {
            changes.protect(cpu, vma, true);
        }
        protects.increment();
    }

    private void unmap(Cpu cpu) {
        AddressSpace mm = machine.mm();
        int half = random.nextInt(2);
        Vma vma = mm.vmas()[half];
        machine.host().mappingChanges().unmap(cpu, vma);
        absence(cpu, FIRST_HALF + half);
        mm.map(cpu, vma.start(), vma.end() - vma.start(), vma.object(), vma.offset(), true);
        unmaps.increment();
    }

    private void changeSlot(Cpu cpu) {
        int slot = random.nextInt(slots);
        machine.vm().deleteSlot(cpu, slot);
        absence(cpu, FIRST_SLOT + slot);
        machine.createSlot(cpu, slot);
        slotChanges.increment();
    }

    private void absence(Cpu cpu, int kind) {
        cpu.fetchAdd(taken, kind);
        cpu.sleep(random.nextInt(LONGEST_ABSENCE_NANOS));
        cpu.fetchAdd(taken, KINDS - kind);
    }
}
