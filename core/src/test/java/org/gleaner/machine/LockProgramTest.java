package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Random programs of nested locks, in the legal order, with a model of who is inside each.
final class LockProgramTest {
    private static final int ACTORS = 6;
    private static final int PROGRAMS = 150;

    @ParameterizedTest
    @EnumSource
    void randomProgramsKeepEveryLocksPromise(EngineKind kind) {
        for (long seed = 1; seed <= (kind == EngineKind.VIRTUAL ? 20 : 5); seed++) {
            Engine engine = runAll(kind, seed);
            if (engine instanceof VirtualEngine virtual && seed <= 3) {
                long hash = ((VirtualEngine) runAll(kind, seed)).traceHash();
                assertThat(hash).as("seed %d repeats", seed).isEqualTo(virtual.traceHash());
            }
        }
    }

    private static Engine runAll(EngineKind kind, long seed) {
        Engine engine = kind.create(seed);
        Locks locks = new Locks();
        for (int a = 0; a < ACTORS; a++) {
            SplittableRandom random = new SplittableRandom(seed * 1_000 + a);
            EngineKind.spawnArmed(
                    engine,
                    "seed" + seed + "-" + a,
                    cpu -> {
                        for (int i = 0; i < PROGRAMS; i++) {
                            locks.nest(cpu, random, 0);
                            cpu.chargeNanos(random.nextInt(500));
                        }
                    });
        }
        engine.run();
        assertThat(locks.wrong.snapshot()).as("seed %d", seed).isZero();
        for (Word word : locks.inside) {
            assertThat(word.snapshot()).isZero();
        }
        return engine;
    }

    /// One lock per level, outermost first; `inside` counts readers in the low half, writers above.
    private static final class Locks {
        private static final long WRITER = 1L << 32;
        private static final int LEVELS = 6;

        final RwSemaphore mmap = new RwSemaphore(LockClass.MMAP_LOCK);
        final BitSpinLock folio = new BitSpinLock(LockClass.FOLIO_LOCK);
        final QueuedSpinLock pte = new QueuedSpinLock(LockClass.PTE_LOCK);
        final QueuedRwLock mmu = new QueuedRwLock(LockClass.MMU_LOCK);
        final BitSpinLock rmap = new BitSpinLock(LockClass.RMAP_LOCK);
        final QueuedSpinLock lru = new QueuedSpinLock(LockClass.LRU_LOCK);
        final long[] bits = new long[2];
        final Word[] inside = new Word[LEVELS];
        final Word wrong = new Word();

        Locks() {
            for (int i = 0; i < LEVELS; i++) {
                inside[i] = new Word();
            }
        }

        void nest(Cpu cpu, SplittableRandom random, int level) {
            if (level == LEVELS) {
                return;
            }
            if (random.nextInt(3) == 0) {
                nest(cpu, random, level + 1);
                return;
            }
            boolean read = random.nextBoolean();
            boolean shared = read && (level == 0 || level == 3);
            boolean tryOnly = random.nextInt(8) == 0;
            if (!take(cpu, level, shared, tryOnly)) {
                return;
            }
            long before = cpu.fetchAdd(inside[level], shared ? 1 : WRITER);
            if (shared ? before >= WRITER : before != 0) {
                cpu.fetchAdd(wrong, 1);
            }
            cpu.chargeNanos(random.nextInt(300));
            nest(cpu, random, level + 1);
            cpu.fetchAdd(inside[level], shared ? -1 : -WRITER);
            leave(cpu, level, shared);
        }

        private boolean take(Cpu cpu, int level, boolean shared, boolean tryOnly) {
            if (tryOnly) {
                return switch (level) {
                    case 0 -> shared ? mmap.tryDownRead(cpu) : mmap.tryDownWrite(cpu);
                    case 1 -> folio.tryLock(cpu, bits, 0, 0);
                    case 2 -> pte.tryLock(cpu);
                    case 3 -> shared ? mmu.tryReadLock(cpu) : mmu.tryWriteLock(cpu);
                    case 4 -> rmap.tryLock(cpu, bits, 1, 1);
                    default -> lru.tryLock(cpu);
                };
            }
            switch (level) {
                case 0 -> {
                    if (shared) {
                        mmap.downRead(cpu);
                    } else {
                        mmap.downWrite(cpu);
                    }
                }
                case 1 -> folio.lock(cpu, bits, 0, 0);
                case 2 -> pte.lock(cpu);
                case 3 -> {
                    if (shared) {
                        mmu.readLock(cpu);
                    } else {
                        mmu.writeLock(cpu);
                    }
                }
                case 4 -> rmap.lock(cpu, bits, 1, 1);
                default -> lru.lock(cpu);
            }
            return true;
        }

        private void leave(Cpu cpu, int level, boolean shared) {
            switch (level) {
                case 0 -> {
                    if (shared) {
                        mmap.upRead(cpu);
                    } else {
                        mmap.upWrite(cpu);
                    }
                }
                case 1 -> folio.unlock(cpu, bits, 0, 0);
                case 2 -> pte.unlock(cpu);
                case 3 -> {
                    if (shared) {
                        mmu.readUnlock(cpu);
                    } else {
                        mmu.writeUnlock(cpu);
                    }
                }
                case 4 -> rmap.unlock(cpu, bits, 1, 1);
                default -> lru.unlock(cpu);
            }
        }
    }
}
