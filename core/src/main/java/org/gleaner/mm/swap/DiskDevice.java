package org.gleaner.mm.swap;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.Word;

/// A block device in virtual time: parallel media channels with a latency each, and one link that
/// requests cross in order. A read sleeps until its data is there; a write is finished by an actor of
/// the device, as an interrupt would.
///
/// A request is admitted in (time, actor) order and so may be given its completion time at once: both
/// queues are first come, first served, and nothing can overtake it.
public final class DiskDevice implements SwapDevice {
    private static final long PAGE_BYTES = 4096;

    private final DiskTiming timing;
    private final long[] channelFreeAt;
    private final CompletionQueue writes = new CompletionQueue();

    /// Writes submitted and not completed.
    private final Word inFlight = new Word();

    private long linkFreeAt;

    /// Starts the device's actor on `engine`.
    public DiskDevice(Engine engine, DiskTiming timing, Completion completion) {
        this.timing = timing;
        channelFreeAt = new long[timing.channels()];
        engine.daemon("swap-disk", cpu -> complete(cpu, completion));
    }

    @Override
    public boolean synchronous() {
        return false;
    }

    @Override
    public void read(Cpu cpu, int slot, int pfn) {
        cpu.enter(KernelFunction.IO_WAIT);
        cpu.charge(Cost.BLOCK_SUBMIT);
        cpu.step();
        cpu.sleep(admit(cpu.now(), timing.readNanos()) - cpu.now());
        cpu.exit();
    }

    @Override
    public void write(Cpu cpu, int slot, int pfn) {
        cpu.charge(Cost.BLOCK_SUBMIT);
        cpu.step();
        writes.add(admit(cpu.now(), timing.writeNanos()), pfn);
        cpu.fetchAdd(inFlight, 1);
    }

    /// When a request of one page that arrives now will be done.
    private long admit(long now, long latency) {
        int channel = 0;
        for (int i = 1; i < channelFreeAt.length; i++) {
            if (channelFreeAt[i] < channelFreeAt[channel]) {
                channel = i;
            }
        }
        long media = Math.max(now, channelFreeAt[channel]) + latency;
        channelFreeAt[channel] = media;
        long transfer = PAGE_BYTES * 1_000_000_000L / timing.bytesPerSecond();
        linkFreeAt = Math.max(media, linkFreeAt) + transfer;
        return linkFreeAt;
    }

    private void complete(Cpu cpu, Completion completion) {
        for (; ; ) {
            if (cpu.load(inFlight) == 0) {
                cpu.awaitChange(inFlight, 0);
            }
            cpu.sleep(writes.firstTime() - cpu.now());
            completion.writeDone(cpu, writes.removeFirst());
            if (cpu.fetchAdd(inFlight, -1) == 1) {
                completion.idle(cpu);
            }
        }
    }
}
