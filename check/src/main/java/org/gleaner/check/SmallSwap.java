package org.gleaner.check;

import java.util.Arrays;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Word;
import org.gleaner.mm.swap.SwapDevice;

/// A swap device of a few slots: one that is done at once, as zram is, or one that an actor of its own serves in the
/// order of requests, as a disk does.
final class SmallSwap implements SwapDevice {
    /// Requests of one run.
    private static final int ROOM = 64;

    private static final long WRITE = 1;
    private static final long READ = 2;
    private static final int FRAME_SHIFT = 2;
    private static final int SLOT_SHIFT = 32;

    private final SmallFrames contents;
    private final Completion host;

    /// Null for a device that is done at once.
    private final Word[] requests;

    private final Word submitted = new Word();

    /// A device that is done at once.
    SmallSwap(SmallFrames contents, Completion host) {
        this.contents = contents;
        this.host = host;
        requests = new Word[0];
    }

    /// A disk.
    SmallSwap(SmallFrames contents, Completion host, Engine engine) {
        this.contents = contents;
        this.host = host;
        requests = new Word[ROOM];
        Arrays.setAll(requests, i -> new Word());
        engine.daemon("disk", this::serve);
    }

    @Override
    public boolean synchronous() {
        return requests.length == 0;
    }

    @Override
    public void write(Cpu cpu, int slot, int pfn) {
        if (synchronous()) {
            contents.save(cpu, slot, pfn);
        } else {
            submit(cpu, WRITE, slot, pfn);
        }
    }

    @Override
    public void read(Cpu cpu, int slot, int pfn) {
        if (synchronous()) {
            contents.fill(cpu, pfn, slot);
        } else {
            submit(cpu, READ, slot, pfn);
        }
    }

    @Override
    public void discard(Cpu cpu, int slot) {
        contents.discard(cpu, slot);
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
                contents.save(cpu, slot, pfn);
                host.writeDone(cpu, pfn);
            } else {
                contents.fill(cpu, pfn, slot);
                host.readDone(cpu, pfn);
            }
            host.idle(cpu);
        }
    }
}
