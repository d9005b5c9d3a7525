package org.gleaner.mm.oom;

import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.Word;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.MmLists;
import org.jspecify.annotations.Nullable;

/// `oom_reaper`: takes the private memory of a victim that has not exited two seconds after it was
/// killed, so that nobody waits for it for ever. What is shared, as a memfd, only its exit gives
/// back.
///
/// The actor starts with the first victim. Before that it would do nothing but sleep.
@Guarded("oom_lock")
public final class OomReaper {
    /// How long a victim has to exit by itself.
    static final long DELAY_NANOS = 2_000_000_000;

    private final Engine engine;
    private final List<Memcg> memcgs;
    private final MmLists mmLists;
    private final Reap reap;
    private final Word victims = new Word();

    /// Guarded by who wakes: the killer, under its lock.
    private boolean started;

    /// Takes a process's private memory away under its tasks.
    @FunctionalInterface
    public interface Reap {
        void reap(Cpu cpu, AddressSpace mm);
    }

    public OomReaper(Engine engine, List<Memcg> memcgs, MmLists mmLists, Reap reap) {
        this.engine = engine;
        this.memcgs = memcgs;
        this.mmLists = mmLists;
        this.reap = reap;
    }

    /// Somebody was killed.
    void wake(Cpu killer) {
        if (!started) {
            started = true;
            engine.daemon("oom_reaper", this::run);
        }
        killer.fetchAdd(victims, 1);
    }

    private void run(Cpu cpu) {
        for (; ; ) {
            long seen = cpu.load(victims);
            AddressSpace next = next(cpu);
            if (next == null) {
                cpu.blockChange(victims, seen);
                continue;
            }
            cpu.sleep(next.killedAtNanos() + DELAY_NANOS - cpu.now());
            if (!next.memoryFreed()) {
                reap.reap(cpu, next);
                next.setMemoryFreed();
            }
        }
    }

    private @Nullable AddressSpace next(Cpu cpu) {
        for (AddressSpace mm : mmLists.within(cpu, memcgs, memcgs.getFirst())) {
            if (mm.isGoing()) {
                return mm;
            }
        }
        return null;
    }
}
