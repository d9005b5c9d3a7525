package org.gleaner.check.mm;

import java.util.Arrays;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Stage;
import org.gleaner.kvm.GuestMemory;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.mm.memory.FrameContents;
import org.jspecify.annotations.Nullable;

/// What is in the page frames and in the swap slots of a [MemoryStage]: one word each.
///
/// What is nobody's is poisoned, and looked at when it is handed out again: so a write through a
/// stale translation or a forgotten reference is seen, also where nobody reads the page.
final class SmallFrames implements FrameContents, GuestMemory {
    /// What a frame or a slot holds that is nobody's.
    static final long POISON = 0xbad;

    final long[] frames;
    final long[] slots;

    private final Stage stage;

    SmallFrames(Stage stage, int frames, int slots) {
        this.stage = stage;
        this.frames = new long[frames];
        this.slots = new long[slots];
        Arrays.fill(this.frames, POISON);
        Arrays.fill(this.slots, POISON);
    }

    @Override
    public void zero(Cpu cpu, int frame, int pages) {
        cpu.writes(frames, frame, pages);
        for (int i = frame; i < frame + pages; i++) {
            checkUnused(i);
            frames[i] = 0;
        }
    }

    @Override
    public boolean isSame(Cpu cpu, int one, int other) {
        return cpu.load(frames, one) == cpu.load(frames, other);
    }

    @Override
    public void copy(Cpu cpu, int from, int to) {
        long value = cpu.load(frames, from);
        cpu.writes(frames, to, 1);
        checkUnused(to);
        frames[to] = value;
    }

    @Override
    public void freed(Cpu cpu, int frame, int pages) {
        cpu.writes(frames, frame, pages);
        Arrays.fill(frames, frame, frame + pages, POISON);
    }

    /// Has the device copy a slot into a fresh frame.
    void fill(Cpu cpu, int frame, int slot) {
        long value = cpu.load(slots, slot);
        Finding.check(value != POISON, "swap slot " + slot + " is read and holds nothing");
        cpu.writes(frames, frame, 1);
        checkUnused(frame);
        frames[frame] = value;
    }

    /// Has the device copy a frame into a slot.
    void save(Cpu cpu, int slot, int frame) {
        long value = cpu.load(frames, frame);
        Finding.check(value != POISON, "pfn " + frame + " is written to swap and is nobody's");
        cpu.store(slots, slot, value);
    }

    /// Nobody needs what is in a slot.
    void discard(Cpu cpu, int slot) {
        cpu.store(slots, slot, POISON);
    }

    /// Fails if somebody has written to a frame that was nobody's.
    void checkUnused(int frame) {
        Finding.check(
                frames[frame] == POISON,
                "use after free: pfn " + frame + " was written while free");
    }

    /// A guest's read. It is in the section that a flush waits for.
    @Override
    public long read(int pfn, int word) {
        Cpu cpu = current();
        return cpu == null ? frames[pfn] : cpu.load(frames, pfn);
    }

    @Override
    public void write(int pfn, int word, long value) {
        Cpu cpu = current();
        if (cpu == null) {
            frames[pfn] = value;
        } else {
            cpu.store(frames, pfn, value);
        }
    }

    private @Nullable Cpu current() {
        return stage.engine instanceof ExploringEngine exploring ? exploring.current() : null;
    }
}
