package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gleaner.kvm.ApplicableRule.Tally;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.Schedule;
import org.gleaner.machine.Step;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.machine.Word;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// Two guests that check what they wrote last, an ager, a reclaimer, and a boss who makes and
/// deletes a slot and logs another, each by random operations over a [FakeSpace].
final class SuiteRun {
    private static final int GUESTS = 2;
    private static final int ACTORS = GUESTS + 3;
    private static final int ALIAS = 4096;
    private static final int TABLES = 256;

    /// On what it runs: on the exploring engine many short runs, each under a random schedule.
    enum On {
        THREADS(200, 120, Integer.MAX_VALUE),
        VIRTUAL(200, 120, Integer.MAX_VALUE),
        EXPLORING(6, 6, 24);

        private final int pages;
        private final int frames;

        /// Operations of one actor in one run.
        private final int most;

        On(int pages, int frames, int most) {
            this.pages = pages;
            this.frames = frames;
            this.most = most;
        }

        private Engine engine(long seed) {
            return switch (this) {
                case THREADS -> new ThreadEngine(World.COSTS);
                case VIRTUAL -> new VirtualEngine(World.COSTS, VirtualOptions.seed(seed));
                case EXPLORING -> new ExploringEngine(World.COSTS);
            };
        }
    }

    private final On on;
    private final long seed;
    private final World world;
    private final int pages;
    private final Tally tally = new Tally();
    private final Word left = new Word(ACTORS - 1);

    SuiteRun(On on, long seed) {
        this.on = on;
        this.seed = seed;
        pages = on.pages;
        world = new World(on.engine(seed), pages, on.frames);
    }

    /// Runs about so many operations, or as many as fit one run.
    Tally run(VmConfig config, int operations) {
        int each = Math.min(on.most, 1 + operations / ACTORS);
        world.host(
                config.withMemory(world.space).withTables(TABLES),
                cpu -> {
                    boss(cpu, each);
                    cpu.block(left, -1, 0);
                    for (Vcpu vcpu : world.vm.vcpus()) {
                        tally.faults += vcpu.stat().faults();
                        tally.fast += vcpu.stat().fastFaults();
                        tally.hits += vcpu.stat().hits();
                    }
                    tally.evictions += world.space.evictions.get();
                    tally.operations += (long) each * ACTORS;
                    if (!(world.engine instanceof ExploringEngine)) {
                        end(cpu);
                    }
                });
        for (int id = 0; id < GUESTS; id++) {
            int owner = id;
            actor("guest" + id, (cpu, random, mine) -> guest(cpu, random, mine, owner, each));
        }
        actor("ager", (cpu, random, mine) -> ager(cpu, random, mine, each));
        actor("reclaim", (cpu, random, mine) -> reclaim(cpu, random, each));
        if (world.engine instanceof ExploringEngine exploring) {
            if (exploring.run(new Wander(seed)) == ExploringEngine.End.FAILED) {
                throw new AssertionError("seed " + seed, exploring.failure());
            }
            // to take a tree of 16 KiB tables apart is a run by itself
            exploring.spawn("end", this::end);
            exploring.run();
        } else {
            world.run();
        }
        return tally;
    }

    private void end(Cpu cpu) {
        assertThat(world.space.held()).isZero();
        world.vm.destroy(cpu);
    }

    private interface Part {
        void run(Cpu cpu, SplittableRandom random, Tally mine);
    }

    private void actor(String name, Part part) {
        world.actor(
                name,
                cpu -> {
                    Tally mine = new Tally();
                    part.run(cpu, new SplittableRandom(seed + cpu.id), mine);
                    tally.add(mine);
                    cpu.fetchAdd(left, -1);
                });
    }

    private void guest(Cpu cpu, SplittableRandom random, Tally mine, int owner, int operations) {
        Vcpu vcpu = world.vm.newVcpu(cpu);
        long[] written = new long[pages];
        for (int n = 1; n <= operations; n++) {
            int page = random.nextInt(pages);
            boolean own = page % GUESTS == owner;
            boolean write = own && random.nextInt(3) == 0;
            long gfn = random.nextInt(8) == 0 ? ALIAS + page : page;
            long problem = vcpu.accessData(cpu, gfn, owner, write, n);
            if (problem == Vcpu.EXIT_MMIO) {
                assertThat(gfn).isGreaterThanOrEqualTo(ALIAS);
                continue;
            }
            assertThat(problem).isZero();
            if (write) {
                written[page] = n;
            } else {
                assertThat(vcpu.data()).as("page %d", page).isEqualTo(own ? written[page] : 0);
                mine.checked++;
            }
            if (random.nextInt(200) == 0) {
                vcpu.resetContext(cpu);
            }
        }
    }

    private void ager(Cpu cpu, SplittableRandom random, Tally mine, int operations) {
        MmuNotifierSubscriptions mm = world.space.notifiers;
        for (int n = 0; n < operations; n++) {
            int page = random.nextInt(pages);
            switch (random.nextInt(4)) {
                case 0 -> {
                    boolean young = mm.testYoung(cpu, page);
                    mine.tests++;
                    mine.young += young ? 1 : 0;
                }
                case 1 -> mine.young += mm.clearFlushYoung(cpu, page, page + 1) ? 1 : 0;
                default -> mine.young += mm.clearYoung(cpu, page, page + 1) ? 1 : 0;
            }
            mine.agings++;
            cpu.sleep(2_000);
        }
    }

    private void reclaim(Cpu cpu, SplittableRandom random, int operations) {
        MmuNotifierSubscriptions mm = world.space.notifiers;
        for (int n = 0; n < operations; n++) {
            if (random.nextInt(8) == 0) {
                int start = random.nextInt(pages);
                int end = start + 1 + random.nextInt(pages - start);
                mm.invalidateRangeStart(cpu, start, end, true, InvalidationEvent.CLEAR);
                mm.invalidateRangeEnd(cpu, start, end);
            } else {
                world.space.evict(cpu, random.nextInt(pages));
            }
            cpu.sleep(2_000);
        }
    }

    private void boss(Cpu cpu, int operations) {
        SplittableRandom random = new SplittableRandom(~seed);
        boolean slot = false;
        boolean log = false;
        for (int n = 0; n < operations; n++) {
            if (random.nextInt(10) == 0) {
                if (slot) {
                    world.vm.deleteSlot(cpu, 1);
                    tally.deletions++;
                } else {
                    world.vm.createSlot(cpu, 1, ALIAS, pages, 0, false);
                }
                slot = !slot;
            } else if (!log) {
                world.vm.dirtyLog().begin(cpu, 0);
                log = true;
            } else if (random.nextInt(8) == 0) {
                world.vm.dirtyLog().end(cpu, 0, LogEnd.values()[0]);
                log = false;
            } else {
                for (long bits : world.vm.dirtyLog().get(cpu, 0)) {
                    tally.logged += Long.bitCount(bits);
                }
            }
            cpu.sleep(2_000);
        }
    }

    /// Mostly goes on with who ran last.
    private static final class Wander implements Schedule {
        private final SplittableRandom random;
        private int last;

        Wander(long seed) {
            random = new SplittableRandom(seed);
        }

        @Override
        public void begin(ExploringEngine engine) {}

        @Override
        public int next(ExploringEngine engine) {
            int able = engine.enabled();
            if ((able >> last & 1) == 0 || random.nextInt(16) == 0) {
                int nth = random.nextInt(Integer.bitCount(able));
                while (nth-- > 0) {
                    able &= able - 1;
                }
                last = Integer.numberOfTrailingZeros(able);
            }
            return last;
        }

        @Override
        public void taken(ExploringEngine engine, int actor, Step step) {}
    }
}
