package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// Every rule is shown to fire, and what is legal to pass.
final class LockDepTest {
    private final QueuedRwLock mmu = new QueuedRwLock(LockClass.MMU_LOCK);
    private final QueuedSpinLock pte = new QueuedSpinLock(LockClass.PTE_LOCK);
    private final QueuedSpinLock otherPte = new QueuedSpinLock(LockClass.PTE_LOCK);
    private final RwSemaphore mmap = new RwSemaphore(LockClass.MMAP_LOCK);
    private final RwSemaphore slots = new RwSemaphore(LockClass.SLOTS_LOCK);
    private final RwSemaphore slotsArch = new RwSemaphore(LockClass.SLOTS_ARCH_LOCK);
    private final Srcu srcu = new Srcu(LockClass.KVM_SRCU);
    private final Srcu notifiers = new Srcu(LockClass.MN_SRCU);
    private final Rcu rcu = new Rcu(0);
    private final BitSpinLock folioLock = new BitSpinLock(LockClass.FOLIO_LOCK);
    private final BitSpinLock rmapLock = new BitSpinLock(LockClass.RMAP_LOCK);
    private final long[] words = new long[4];

    private static void passes(Actor body) {
        EngineKind.VIRTUAL.run(1, body);
    }

    private static void fires(String message, Actor body) {
        assertThatThrownBy(() -> EngineKind.VIRTUAL.run(1, body))
                .isInstanceOf(LockDep.Violation.class)
                .hasMessageContaining(message);
    }

    @Test
    void locksTakenInOrderPass() {
        passes(cpu -> {
            int s = srcu.readLock(cpu);
            mmap.downRead(cpu);
            folioLock.lock(cpu, words, 0, 0);
            pte.lock(cpu);
            int n = notifiers.readLock(cpu);
            int nested = srcu.readLock(cpu);
            mmu.writeLock(cpu);
            rcu.readLock(cpu);
            rmapLock.lock(cpu, words, 1, 1);
            assertThat(cpu.lockDep.inRcuSection()).isTrue();
            assertThat(mmu.isHeldForWriteBy(cpu)).isTrue();
            assertThat(folioLock.isHeldBy(cpu, words, 0, 0)).isTrue();
            assertThat(folioLock.isHeldBy(cpu, words, 1, 0)).isFalse();
            rmapLock.unlock(cpu, words, 1, 1);
            rcu.readUnlock(cpu);
            mmu.writeUnlock(cpu);
            srcu.readUnlock(cpu, nested);
            notifiers.readUnlock(cpu, n);
            pte.unlock(cpu);
            folioLock.unlock(cpu, words, 0, 0);
            mmap.upRead(cpu);
            srcu.readUnlock(cpu, s);
            assertThat(srcu.isHeldBy(cpu)).isFalse();
        });
    }

    @Test
    void outerInsideInnerFires() {
        fires(
                "taking ptlock inside mmu_lock; holds mmu_lock (read)",
                cpu -> {
                    mmu.readLock(cpu);
                    pte.lock(cpu);
                });
    }

    @Test
    void twoOfOneClassFire() {
        fires(
                "taking ptlock inside ptlock",
                cpu -> {
                    pte.lock(cpu);
                    otherPte.lock(cpu);
                });
    }

    @Test
    void aTryMayBreakTheOrderButCountsAsHeld() {
        passes(cpu -> {
            mmu.writeLock(cpu);
            assertThat(pte.tryLock(cpu)).isTrue();
            assertThat(otherPte.tryLock(cpu)).isTrue();
            otherPte.unlock(cpu);
            pte.unlock(cpu);
            mmu.writeUnlock(cpu);
        });
        fires(
                "taking ptlock inside ptlock",
                cpu -> {
                    assertThat(pte.tryLock(cpu)).isTrue();
                    otherPte.lock(cpu);
                });
    }

    @Test
    void aReaderMayTryToReadOnceMoreButNotWait() {
        passes(cpu -> {
            mmap.downRead(cpu);
            assertThat(mmap.tryDownRead(cpu)).isTrue();
            mmap.upRead(cpu);
            assertThat(mmap.isHeldBy(cpu)).isTrue();
            mmap.upRead(cpu);
            assertThat(mmap.isHeldBy(cpu)).isFalse();
        });
        fires(
                "taking mmap_lock",
                cpu -> {
                    mmap.downRead(cpu);
                    mmap.downRead(cpu);
                });
    }

    @Test
    void sleepingLockUnderSpinningLockFires() {
        fires(
                "taking mmap_lock under a spinning lock",
                cpu -> {
                    pte.lock(cpu);
                    mmap.downRead(cpu);
                });
        fires(
                "taking folio_lock under a spinning lock",
                cpu -> {
                    otherPte.lock(cpu);
                    folioLock.lock(cpu, words, 0, 0);
                });
    }

    @Test
    void sleepingUnderSpinningLockOrInRcuFires() {
        fires(
                "sleeping under a spinning lock",
                cpu -> {
                    mmu.readLock(cpu);
                    LockDep.mightSleep(cpu);
                });
        fires(
                "sleeping in an RCU read section",
                cpu -> {
                    rcu.readLock(cpu);
                    LockDep.mightSleep(cpu);
                });
        fires(
                "taking mmap_lock in an RCU read section",
                cpu -> {
                    rcu.readLock(cpu);
                    mmap.downWrite(cpu);
                });
        fires(
                "sleeping in an RCU read section",
                cpu -> {
                    rcu.readLock(cpu);
                    rcu.synchronize(cpu);
                });
        fires(
                "sleeping in an RCU read section",
                cpu -> {
                    rcu.readLock(cpu);
                    rcu.synchronizeExpedited(cpu);
                });
    }

    @Test
    void releasingWhatIsNotHeldFires() {
        fires("releasing ptlock, which it does not hold; holds nothing", pte::unlock);
        fires(
                "releasing mmu_lock in another mode",
                cpu -> {
                    mmu.readLock(cpu);
                    mmu.writeUnlock(cpu);
                });
        fires("which it does not hold", mmu::readUnlock);
        fires("which it does not hold", mmap::upWrite);
        fires("which it does not hold", cpu -> folioLock.unlock(cpu, words, 0, 0));
        fires("which it does not hold", cpu -> srcu.readUnlock(cpu, 0));
        fires("leaving an RCU read section", rcu::readUnlock);
    }

    @Test
    void synchronizingInsideTheOwnSectionFires() {
        fires(
                "synchronizing kvm->srcu inside its own read section",
                cpu -> {
                    srcu.readLock(cpu);
                    srcu.synchronize(cpu);
                });
    }

    @Test
    void whatIsHeldAcrossSynchronizeIsNotTakenInside() {
        passes(cpu -> {
            slots.downWrite(cpu);
            srcu.synchronize(cpu);
            slots.upWrite(cpu);
            int s = srcu.readLock(cpu);
            slotsArch.downWrite(cpu);
            slotsArch.upWrite(cpu);
            srcu.readUnlock(cpu, s);
        });
        fires(
                "taking slots_lock inside kvm->srcu",
                cpu -> {
                    srcu.readLock(cpu);
                    slots.downWrite(cpu);
                });
        fires(
                "synchronizing kvm->srcu inside slots_arch_lock",
                cpu -> {
                    slotsArch.downWrite(cpu);
                    srcu.synchronize(cpu);
                });
        fires(
                "synchronizing kvm->srcu under a spinning lock",
                cpu -> {
                    pte.lock(cpu);
                    srcu.synchronize(cpu);
                });
    }

    @Test
    void takingWhatIsHeldFires() {
        fires(
                "taking ptlock, which it holds",
                cpu -> {
                    pte.lock(cpu);
                    cpu.lockDep.acquired(cpu, pte, 0, LockClass.PTE_LOCK, LockDep.WRITE);
                });
    }

    @Test
    void endingWithALockFires() {
        fires("ending; holds mmu_lock (read)", mmu::readLock);
        fires("ending; holds nothing, in RCU read section", rcu::readLock);
    }

    @Test
    void unarmedNothingIsChecked() {
        Engine engine = EngineKind.VIRTUAL.create(1);
        engine.spawn(
                "cpu0",
                cpu -> {
                    cpu.lockDep = null;
                    mmu.readLock(cpu);
                    pte.lock(cpu);
                    LockDep.mightSleep(cpu);
                    assertThat(mmu.isHeldBy(cpu)).isTrue();
                    assertThat(mmu.isHeldForWriteBy(cpu)).isFalse();
                    LockDep.checkIdle(cpu);
                });
        engine.run();
    }
}
