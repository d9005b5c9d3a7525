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

/// A block device in virtual time: parallel media channels with a latency each, and a link that
/// requests cross in order, of either direction one for each where it is duplex. What is submitted
/// under a plug goes out at its end, adjacent slots as one request. An interrupt, an actor of the
/// device for each link, ends all that went out together.
///
/// A request is admitted in (time, actor) order and so may be given its completion time at once:
/// channels and links are first come, first served, and nothing can overtake it on its own.
@OneCpu
public final class DiskDevice implements SwapDevice {
    /// What crosses the link, or one direction of it.
    @OneCpu
    private static final class Way {
        final CompletionQueue submitted = new CompletionQueue();

        /// Pages submitted and not completed.
        final Word inFlight = new Word();

        long freeAt;
    }

    private final DiskTiming timing;
    private final long pageBytes;
    private final long[] channelFreeAt;
    private final SplittableRandom random;
    private final Way reads = new Way();

    /// The same as [#reads] where the link is not duplex.
    private final Way writes;

    private final RequestPlug[] plugs;

    /// Starts the device's actors on `engine`.
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
        writes = timing.duplex() ? new Way() : reads;
        engine.device("swap-disk", cpu -> complete(cpu, reads, completion));
        if (writes != reads) {
            engine.device("swap-disk-writes", cpu -> complete(cpu, writes, completion));
        }
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
        long underWay = cpu.load(reads.inFlight);
        return writes == reads ? underWay : underWay + cpu.load(writes.inFlight);
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
        if (plug.pages() == 0) {
            return;
        }
        cpu.step();
        send(cpu, plug, reads);
        if (writes != reads) {
            send(cpu, plug, writes);
        }
        plug.clear();
        cpu.chargeNanos(timing.kickNanos());
    }

    /// Sends what goes one way.
    private void send(Cpu cpu, RequestPlug plug, Way way) {
        long now = cpu.now();
        long done = now;
        for (int i = 0; i < plug.requests(); i++) {
            boolean read = plug.isRead(i);
            if (way(read) == way) {
                long mean = read ? timing.readNanos() : timing.writeNanos();
                done = admit(way, now, varied(mean), plug.size(i));
            }
        }
        int sent = 0;
        for (int i = 0; i < plug.pages(); i++) {
            boolean read = plug.isRead(plug.requestOf(i));
            if (way(read) == way) {
                way.submitted.add(done, plug.pfn(i), read);
                sent++;
            }
        }
        if (sent > 0) {
            cpu.fetchAdd(way.inFlight, sent);
        }
    }

    private Way way(boolean read) {
        return read ? reads : writes;
    }

    private long varied(long mean) {
        double spread = timing.spread();
        return spread == 0 ? mean : (long) (mean * random.nextDouble(1 - spread, 1 + spread));
    }

    /// When a request that arrives now will be done.
    private long admit(Way way, long now, long latency, int pages) {
        int channel = 0;
        for (int i = 1; i < channelFreeAt.length; i++) {
            if (channelFreeAt[i] < channelFreeAt[channel]) {
                channel = i;
            }
        }
        long media = Math.max(now, channelFreeAt[channel]) + latency;
        channelFreeAt[channel] = media;
        long transfer = pages * pageBytes * 1_000_000_000L / timing.bytesPerSecond();
        way.freeAt = Math.max(media, way.freeAt) + timing.requestNanos() + transfer;
        return way.freeAt;
    }

    private void complete(Cpu cpu, Way way, Completion completion) {
        for (; ; ) {
            if (cpu.load(way.inFlight) == 0) {
                cpu.awaitChange(way.inFlight, 0);
            }
            cpu.sleep(way.submitted.firstTime() - cpu.now());
            boolean read = way.submitted.firstIsRead();
            int pfn = way.submitted.removeFirst();
            if (read) {
                completion.readDone(cpu, pfn);
            } else {
                completion.writeDone(cpu, pfn);
            }
            if (cpu.fetchAdd(way.inFlight, -1) == 1) {
                completion.idle(cpu);
            }
        }
    }
}
