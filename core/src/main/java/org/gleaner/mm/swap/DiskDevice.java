package org.gleaner.mm.swap;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.version.KernelVersion;

/// A block device in virtual time: parallel media channels with a latency each, and one link that
/// requests cross in order. What is submitted under a plug goes out at its end, adjacent slots as
/// one request. One interrupt, an actor of the device, ends all that went out together.
///
/// A request is admitted in (time, actor) order and so may be given its completion time at once:
/// both queues are first come, first served, and nothing can overtake it.
@OneCpu
public final class DiskDevice implements SwapDevice {
    private final DiskTiming timing;
    private final long pageBytes;
    private final long[] channelFreeAt;
    private final SplittableRandom random;
    private final CompletionQueue submitted = new CompletionQueue();
    private final RequestPlug[] plugs;

    /// Pages submitted and not completed.
    private final Word inFlight = new Word();

    private long linkFreeAt;

    /// Starts the device's actor on `engine`.
    ///
    /// @param seed of the latencies, where they vary
    public DiskDevice(
            Engine engine,
            DiskTiming timing,
            PageSize page,
            KernelVersion kernel,
            int maxCpus,
            long seed,
            Completion completion) {
        this.timing = timing;
        pageBytes = page.bytes();
        random = new SplittableRandom(seed);
        channelFreeAt = new long[timing.channels()];
        plugs = new RequestPlug[maxCpus];
        Arrays.setAll(plugs, i -> new RequestPlug(kernel));
        engine.daemon("swap-disk", cpu -> complete(cpu, completion));
    }

    @Override
    public boolean synchronous() {
        return false;
    }

    @Override
    public boolean rotational() {
        return timing.rotational();
    }

    @Override
    public void read(Cpu cpu, int slot, int pfn) {
        submit(cpu, slot, pfn, true);
    }

    @Override
    public void write(Cpu cpu, int slot, int pfn) {
        submit(cpu, slot, pfn, false);
    }

    @Override
    public void plug(Cpu cpu) {
        plugs[cpu.id].open();
    }

    @Override
    public void unplug(Cpu cpu) {
        RequestPlug plug = plugs[cpu.id];
        if (plug.close()) {
            send(cpu, plug);
        }
    }

    @Override
    public long flushPlug(Cpu cpu) {
        send(cpu, plugs[cpu.id]);
        return cpu.load(inFlight);
    }

    private void submit(Cpu cpu, int slot, int pfn, boolean read) {
        cpu.charge(Cost.BLOCK_SUBMIT);
        RequestPlug plug = plugs[cpu.id];
        if (plug.isFullFor(slot, read)) {
            send(cpu, plug);
        }
        plug.add(slot, pfn, read);
        if (!plug.isOpen()) {
            send(cpu, plug);
        }
    }

    private void send(Cpu cpu, RequestPlug plug) {
        int pages = plug.pages();
        if (pages == 0) {
            return;
        }
        cpu.step();
        long now = cpu.now();
        long done = now;
        for (int i = 0; i < plug.requests(); i++) {
            long mean = plug.isRead(i) ? timing.readNanos() : timing.writeNanos();
            done = admit(now, varied(mean), plug.size(i));
        }
        for (int i = 0; i < pages; i++) {
            submitted.add(done, plug.pfn(i), plug.isRead(plug.requestOf(i)));
        }
        plug.clear();
        cpu.fetchAdd(inFlight, pages);
        cpu.chargeNanos(timing.kickNanos());
    }

    private long varied(long mean) {
        double spread = timing.spread();
        return spread == 0 ? mean : (long) (mean * random.nextDouble(1 - spread, 1 + spread));
    }

    /// When a request that arrives now will be done.
    private long admit(long now, long latency, int pages) {
        int channel = 0;
        for (int i = 1; i < channelFreeAt.length; i++) {
            if (channelFreeAt[i] < channelFreeAt[channel]) {
                channel = i;
            }
        }
        long media = Math.max(now, channelFreeAt[channel]) + latency;
        channelFreeAt[channel] = media;
        long transfer = pages * pageBytes * 1_000_000_000L / timing.bytesPerSecond();
        linkFreeAt = Math.max(media, linkFreeAt) + timing.requestNanos() + transfer;
        return linkFreeAt;
    }

    private void complete(Cpu cpu, Completion completion) {
        for (; ; ) {
            if (cpu.load(inFlight) == 0) {
                cpu.awaitChange(inFlight, 0);
            }
            cpu.sleep(submitted.firstTime() - cpu.now());
            boolean read = submitted.firstIsRead();
            int pfn = submitted.removeFirst();
            if (read) {
                completion.readDone(cpu, pfn);
            } else {
                completion.writeDone(cpu, pfn);
            }
            if (cpu.fetchAdd(inFlight, -1) == 1) {
                completion.idle(cpu);
            }
        }
    }
}
