package org.gleaner.machine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/// All CPUs of a [VirtualEngine], in order of creation and by slot, and what must be asked of all
/// of them.
final class Roster {
    static final int SLOT_BITS = 12;

    /// How many CPUs there can be.
    static final int SLOTS = Engine.MOST_CPUS;

    private final List<VirtualCpu> cpus = new ArrayList<>();
    private final VirtualCpu[] bySlot = new VirtualCpu[SLOTS];
    private final int[] slots = new int[SLOTS];
    private int next;

    /// Slots are ids permuted by `seed`.
    Roster(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < SLOTS; i++) {
            int j = random.nextInt(i + 1);
            slots[i] = slots[j];
            slots[j] = i;
        }
    }

    int size() {
        return cpus.size();
    }

    /// The least id from which on none was given, but for those that were asked for.
    int nextId() {
        while (next < SLOTS && bySlot[slots[next]] != null) {
            next++;
        }
        return next;
    }

    /// @throws Capacity.Exceeded if there is no slot left
    int slotOf(int id) {
        Capacity.check("actors", id + 1, 1, SLOTS);
        return slots[id];
    }

    void add(VirtualCpu cpu) {
        cpus.add(cpu);
        bySlot[cpu.slot] = cpu;
    }

    /// The `n`th that was added.
    VirtualCpu get(int n) {
        return cpus.get(n);
    }

    VirtualCpu withKey(long key) {
        return bySlot[(int) key & SLOTS - 1];
    }

    List<Cpu> all() {
        return Collections.unmodifiableList(cpus);
    }

    /// Whether nothing but a daemon's write can bring any spawned actor back.
    boolean onlyDaemonsMayRun() {
        for (VirtualCpu cpu : cpus) {
            boolean mayRun =
                    switch (cpu.state) {
                        case RUNNING, READY, TIMED, SLEEPING, QUEUED -> true;
                        case WAITING, DONE -> false;
                    };
            if (mayRun && !cpu.daemon) {
                return false;
            }
        }
        return true;
    }

    /// Each waiting actor and what it waits for.
    String describeWaiting() {
        StringBuilder text = new StringBuilder();
        for (VirtualCpu cpu : cpus) {
            if (cpu.waiting.waits()) {
                text.append(text.isEmpty() ? "" : "; ").append(cpu.waiting);
            }
        }
        return text.toString();
    }
}
