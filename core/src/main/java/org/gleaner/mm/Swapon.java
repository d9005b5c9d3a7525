package org.gleaner.mm;

import org.gleaner.machine.Engine;
import org.gleaner.mm.fault.FolioWait;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.memcg.Memcgs;
import org.gleaner.mm.memcg.SwapAccounts;
import org.gleaner.mm.memory.PageContents;
import org.gleaner.mm.memory.Zone;
import org.gleaner.mm.swap.DiskDevice;
import org.gleaner.mm.swap.DiskTiming;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.mm.swap.SwapDevice;
import org.gleaner.mm.swap.SwapFile;
import org.gleaner.mm.swap.ZramDevice;
import org.gleaner.mm.swap.ZramMemory;
import org.jspecify.annotations.Nullable;

/// Gives a host its swap (`swapon`): the device that its settings ask for, unless the caller brings
/// one, and the slots on it.
final class Swapon {
    private final Engine engine;
    private final HostConfig config;
    private final Folios folios;

    Swapon(Engine engine, HostConfig config, Folios folios) {
        this.engine = engine;
        this.config = config;
        this.folios = folios;
    }

    SwapArea area(SwapDevice device, Zone zone, Memcgs memcgs) {
        int zram = config.memory().zramFrames();
        return new SwapArea(
                device,
                folios.page,
                config.swap().slots(),
                new ZramMemory(zone, folios.frames() - zram, zram),
                config.kernel(),
                config.room().cpus(),
                new SwapAccounts(memcgs.all()));
    }

    /// @param contents real memory, which swaps to a file, or null
    SwapDevice device(
            @Nullable HostParts parts,
            @Nullable PageContents contents,
            LruCache lru,
            FolioWait folioWait) {
        EndOfIo endOfIo = new EndOfIo(folios, lru, folioWait);
        if (parts != null) {
            return parts.device().apply(endOfIo);
        }
        int cpus = config.room().cpus();
        if (contents != null) {
            return new SwapFile(contents, cpus);
        }
        DiskTiming disk = config.swap().disk();
        return disk == null
                ? new ZramDevice(folios.page)
                : new DiskDevice(
                        engine, disk, folios.page, config.kernel(), cpus, config.seed(), endOfIo);
    }
}
