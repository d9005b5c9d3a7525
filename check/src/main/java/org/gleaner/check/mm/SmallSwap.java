package org.gleaner.check.mm;

import java.util.Arrays;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Word;
import org.gleaner.mm.swap.SwapDevice;

/// A swap device of a few slots.
final class SmallSwap implements SwapDevice {
    /// Requests of one run.
    private static final int ROOM = 64;

    private static final long WRITE = 1;
    private static final long READ = 2;
    private static final int FRAME_SHIFT = 2;
    private static final int SLOT_SHIFT = 32;

    /// What kind of device.
    enum Kind {
        /// Done when the call returns, as zram is.
        SYNCHRONOUS,
        /// Tells the host that it is done, and is so at once.
        PROMPT,
        /// An actor of its own serves requests in their order, as a disk does.
        DISK
    }

    private final Kind kind;
    private final SmallFrames contents;
    private final Completion host;
    private final Word[] requests;

    private final Word submitted = new Word();

    SmallSwap(Kind kind, SmallFrames contents, Completion host, Engine engine) {
        this.kind = kind;
        this.contents = contents;
        this.host = host;
        requests = new Word[kind == Kind.DISK ? ROOM : 0];
        Arrays.setAll(requests, i -> new Word());
        if (kind == Kind.DISK) {
            engine.daemon("disk", this::serve);
        }
    }

    @Override
    public boolean synchronous() {
        return kind == Kind.SYNCHRONOUS;
    }

    @Override
    public void write(Cpu cpu, int slot, int pfn) {
        if (kind == Kind.DISK) {
            submit(cpu, WRITE, slot, pfn);
        } else {
            save(cpu, slot, pfn);
        }
    }

    @Override
    public void read(Cpu cpu, int slot, int pfn) {
        if (kind == Kind.DISK) {
            submit(cpu, READ, slot, pfn);
        } else {
            fill(cpu, slot, pfn);
        }
    }

    @Override
    public void discard(Cpu cpu, int slot) {
        contents.discard(cpu, slot);
    }

    private void save(Cpu cpu, int slot, int pfn) {
        contents.save(cpu, slot, pfn);
        if (!synchronous()) {
            host.writeDone(cpu, pfn);
        }
    }

    private void fill(Cpu cpu, int slot, int pfn) {
        contents.fill(cpu, pfn, slot);
        if (!synchronous()) {
            host.readDone(cpu, pfn);
        }
    }

    private void submit(Cpu cpu, long kind, int slot, int pfn) {
        long at = cpu.fetchAdd(submitted, 1);
        cpu.store(requests[(int) at], (long) slot << SLOT_SHIFT | (long) pfn << FRAME_SHIFT | kind);
    }

    private void serve(Cpu cpu) {
        for (Word next : requests) {
            long request = cpu.blockChange(next, 0);
            int slot = (int) (request >>> SLOT_SHIFT);
            int pfn = (int) request >>> FRAME_SHIFT;
            if ((request & WRITE) != 0) {
                save(cpu, slot, pfn);
            } else {
                fill(cpu, slot, pfn);
            }
            host.idle(cpu);
        }
    }
}
