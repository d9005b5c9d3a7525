package org.gleaner.check.machine;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.BitSpinLock;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.RwSemaphore;
import org.gleaner.machine.Srcu;
import org.gleaner.machine.Word;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.TableSlab;

/// The machine's own parts: locks exclude and wake, grace periods wait, memory keeps its order.
public final class MachinePrograms {
    private static final String LOCKS = "Documentation/locking";
    private static final String RCU =
            "Documentation/RCU; P. McKenney, Is Parallel Programming Hard";

    private MachinePrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                                    "store-buffer",
                                    "of two CPUs that store and then look, one sees the other",
                                    "P. Sewell et al., x86-TSO, CACM 2010: litmus test SB",
                                    MachinePrograms::storeBuffer)
                            .buffered()
                            .portable(),
                    new Program(
                                    "message",
                                    "who sees that a message is there reads it",
                                    "C. Pulte et al., Simplifying ARM Concurrency, POPL 2018: MP",
                                    MachinePrograms::message)
                            .weak(Program.DELAYS),
                    new Program(
                                    "spin-lock-weak",
                                    "a lock is no more than an acquire and a release",
                                    LOCKS,
                                    (stage, v) -> spinning(stage, 2))
                            .weak(Program.DELAYS),
                    new Program(
                                    "rw-lock-weak",
                                    "the same with a writer and a reader",
                                    LOCKS,
                                    (stage, v) -> rwLock(stage, 1))
                            .weak(Program.DELAYS),
                    new Program(
                            "spin-lock",
                            "a spinning lock excludes",
                            LOCKS,
                            (stage, v) -> spinning(stage, 2)),
                    new Program(
                                    "spin-lock-3",
                                    "three want a spinning lock",
                                    LOCKS,
                                    (stage, v) -> spinning(stage, 3))
                            .within(3),
                    new Program(
                                    "spin-lock-4",
                                    "the same with two in the queue behind who waits alone",
                                    LOCKS,
                                    (stage, v) -> spinning(stage, 4))
                            .within(3),
                    new Program(
                            "rw-lock",
                            "a writer excludes readers",
                            LOCKS,
                            (stage, v) -> rwLock(stage, 1)),
                    new Program(
                                    "rw-lock-3",
                                    "a reader and two writers get on",
                                    LOCKS,
                                    (stage, v) -> rwLock(stage, 2))
                            .within(3),
                    new Program(
                            "rw-semaphore",
                            "a sleeper is handed the lock",
                            LOCKS,
                            (stage, v) -> semaphore(stage, 1)),
                    new Program(
                                    "rw-semaphore-3",
                                    "a reader, a writer and another writer sleep",
                                    LOCKS,
                                    (stage, v) -> semaphore(stage, 2))
                            .within(3),
                    new Program(
                                    "bit-lock",
                                    "who waits for a bit is woken",
                                    LOCKS,
                                    MachinePrograms::bit)
                            .buffered()
                            .within(3),
                    new Program(
                                    "rcu",
                                    "what a reader sees is not reused before it has gone",
                                    RCU,
                                    MachinePrograms::rcu)
                            .buffered()
                            .portable()
                            .within(3),
                    new Program(
                                    "srcu",
                                    "the same for readers that may sleep",
                                    RCU,
                                    MachinePrograms::srcu)
                            .buffered()
                            .portable()
                            .within(3),
                    new Program(
                                    "srcu-twice",
                                    "a reader that comes between the waits of a grace period is waited for",
                                    RCU,
                                    MachinePrograms::srcuTwice)
                            .within(3),
                    new Program(
                            "table-slab",
                            "a table belongs to one at a time",
                            "Treiber's stack",
                            MachinePrograms::slab));

    private static void storeBuffer(Stage stage, Variant variant) {
        Word x = new Word();
        Word y = new Word();
        long[] seen = new long[2];
        stage.actor(
                "first",
                cpu -> {
                    cpu.store(x, 1);
                    variant.barrier(cpu);
                    seen[0] = cpu.load(y);
                });
        stage.actor(
                "second",
                cpu -> {
                    cpu.store(y, 1);
                    variant.barrier(cpu);
                    seen[1] = cpu.load(x);
                });
        stage.after(cpu -> Finding.check(seen[0] + seen[1] > 0, "neither sees the other's store"));
    }

    private static void message(Stage stage, Variant variant) {
        Word there = new Word();
        Word text = new Word();
        stage.actor(
                "writer",
                cpu -> {
                    cpu.only(MemoryOrder.PLAIN);
                    cpu.store(text, 7);
                    cpu.only(variant.publishes());
                    cpu.store(there, 1);
                });
        stage.actor(
                "reader",
                cpu -> {
                    cpu.only(variant.looks());
                    if (cpu.load(there) == 1) {
                        cpu.only(MemoryOrder.PLAIN);
                        Finding.check(cpu.load(text) == 7, "the message is there and not written");
                    }
                });
    }

    /// A counter that two increments would spoil.
    private static void increment(Cpu cpu, Word counter) {
        cpu.only(MemoryOrder.PLAIN);
        long count = cpu.load(counter);
        cpu.only(MemoryOrder.PLAIN);
        cpu.store(counter, count + 1);
    }

    private static void spinning(Stage stage, int actors) {
        QueuedSpinLock lock = new QueuedSpinLock(LockClass.ZONE_LOCK);
        Word counter = new Word();
        for (int i = 0; i < actors; i++) {
            stage.actor(
                    "cpu" + i,
                    cpu -> {
                        lock.lock(cpu);
                        increment(cpu, counter);
                        lock.unlock(cpu);
                    });
        }
        stage.after(cpu -> Finding.check(counter.snapshot() == actors, "lost update under a lock"));
    }

    /// How a lock is taken and given back.
    private record Section(Consumer<Cpu> enter, Consumer<Cpu> leave) {}

    private static void reader(Stage stage, String name, Section section, Word[] pair) {
        stage.actor(
                name,
                cpu -> {
                    section.enter().accept(cpu);
                    long first = cpu.load(pair[0]);
                    long second = cpu.load(pair[1]);
                    section.leave().accept(cpu);
                    Finding.check(first == second, "a reader sees half of a write");
                });
    }

    private static void writer(Stage stage, String name, Section section, Word[] pair) {
        stage.actor(
                name,
                cpu -> {
                    section.enter().accept(cpu);
                    increment(cpu, pair[0]);
                    increment(cpu, pair[1]);
                    section.leave().accept(cpu);
                });
    }

    /// A reader and writers of a pair of words that change together.
    private static void pairUnder(Stage stage, Section reads, Section writes, int writers) {
        Word[] pair = {new Word(), new Word()};
        reader(stage, "reader", reads, pair);
        for (int i = 1; i <= writers; i++) {
            writer(stage, i == 1 ? "writer" : "writer" + i, writes, pair);
        }
        stage.after(
                cpu -> Finding.check(pair[0].snapshot() == writers, "lost update under a lock"));
    }

    private static void rwLock(Stage stage, int writers) {
        QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
        pairUnder(
                stage,
                new Section(lock::readLock, lock::readUnlock),
                new Section(lock::writeLock, lock::writeUnlock),
                writers);
    }

    private static void semaphore(Stage stage, int writers) {
        RwSemaphore lock = new RwSemaphore(LockClass.MMAP_LOCK);
        pairUnder(
                stage,
                new Section(lock::downRead, lock::upRead),
                new Section(lock::downWrite, lock::upWrite),
                writers);
    }

    private static void bit(Stage stage, Variant variant) {
        BitSpinLock lock = new BitSpinLock(LockClass.FOLIO_LOCK);
        long[] slab = new long[2];
        for (int i = 0; i < 2; i++) {
            stage.actor(
                    "cpu" + i,
                    cpu -> {
                        lock.lock(cpu, slab, 0, 5);
                        cpu.store(slab, 1, cpu.load(slab, 1) + 1);
                        lock.unlock(cpu, slab, 0, 5);
                    });
        }
        stage.after(cpu -> Finding.check(slab[1] == 2, "lost update under a lock"));
    }

    private static void rcu(Stage stage, Variant variant) {
        Rcu rcu = Rcu.start(stage.engine);
        long[] pointer = {1};
        long[] objects = {0, 11, 22};
        stage.before(cpus -> {
            for (Cpu cpu : cpus) {
                rcu.readLock(cpu);
                rcu.readUnlock(cpu);
            }
        });
        stage.actor(
                "reader",
                cpu -> {
                    rcu.readLock(cpu);
                    int at = (int) cpu.load(pointer, 0);
                    long value = cpu.load(objects, at);
                    rcu.readUnlock(cpu);
                    Finding.check(
                            value != SmallSpace.POISON, "use after free: a reader sees poison");
                });
        stage.actor(
                "updater",
                cpu -> {
                    cpu.store(pointer, 0, 2);
                    rcu.call(cpu, (c, old) -> c.store(objects, (int) old, SmallSpace.POISON), 1);
                });
    }

    private static void srcu(Stage stage, Variant variant) {
        Srcu srcu = new Srcu(LockClass.KVM_SRCU);
        long[] pointer = {1};
        long[] objects = {0, 11, 22};
        stage.before(cpus -> {
            for (Cpu cpu : cpus) {
                srcu.readUnlock(cpu, srcu.readLock(cpu));
            }
        });
        stage.actor(
                "reader",
                cpu -> {
                    int section = srcu.readLock(cpu);
                    int at = (int) cpu.load(pointer, 0);
                    long value = cpu.load(objects, at);
                    srcu.readUnlock(cpu, section);
                    Finding.check(
                            value != SmallSpace.POISON, "use after free: a reader sees poison");
                });
        stage.actor(
                "updater",
                cpu -> {
                    cpu.store(pointer, 0, 2);
                    srcu.synchronize(cpu);
                    cpu.store(objects, 1, SmallSpace.POISON);
                });
    }

    /// A reader that has read the index and stops counts itself into the set that is not in use any
    /// more.
    private static void srcuTwice(Stage stage, Variant variant) {
        Srcu srcu = new Srcu(LockClass.KVM_SRCU);
        long[] pointer = {1};
        long[] objects = {0, 11, 22, 33};
        stage.before(cpus -> {
            for (Cpu cpu : cpus) {
                srcu.readUnlock(cpu, srcu.readLock(cpu));
            }
        });
        stage.actor(
                "reader",
                cpu -> {
                    int section = srcu.readLock(cpu);
                    long value = cpu.load(objects, (int) cpu.load(pointer, 0));
                    srcu.readUnlock(cpu, section);
                    Finding.check(
                            value != SmallSpace.POISON, "use after free: a reader sees poison");
                });
        stage.actor(
                "updater",
                cpu -> {
                    for (int next = 2; next <= 3; next++) {
                        cpu.store(pointer, 0, next);
                        srcu.synchronize(cpu);
                        cpu.store(objects, next - 1, SmallSpace.POISON);
                    }
                });
    }

    /// The second actor pops two tables and pushes the first back while the first one may stand in
    /// a pop.
    private static void slab(Stage stage, Variant variant) {
        TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, 8);
        Word[] owned = new Word[8];
        Arrays.setAll(owned, i -> new Word());
        stage.before(cpus -> {
            Cpu cpu = cpus.getFirst();
            int[] tables = new int[3];
            Arrays.setAll(tables, i -> slab.allocate(cpu, SpteFormat.EPT.empty));
            for (int table : tables) {
                slab.free(cpu, table);
            }
        });
        stage.actor(
                "first",
                cpu -> {
                    own(cpu, slab, owned);
                    own(cpu, slab, owned);
                });
        stage.actor(
                "second",
                cpu -> {
                    int top = own(cpu, slab, owned);
                    own(cpu, slab, owned);
                    cpu.swap(owned[top], 0);
                    slab.free(cpu, top);
                });
    }

    private static int own(Cpu cpu, TableSlab slab, Word[] owned) {
        int table = slab.allocate(cpu, SpteFormat.EPT.empty);
        Finding.check(cpu.swap(owned[table], 1) == 0, "two own table " + table);
        return table;
    }
}
