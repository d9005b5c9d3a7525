package org.gleaner.mm.fault;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gleaner.machine.LockClass;
import org.gleaner.machine.LockDep;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.protocol.MemorySteps;
import org.junit.jupiter.api.Test;

/// The folio lock keeps the order of all locks, though it is a bit that waits in a table of its
/// own.
final class FolioWaitTest {
    private final Folios folios = new Folios(PageSize.KIB_4, 4, 0);
    private final FolioWait wait = new FolioWait(folios, MemorySteps.LINUX);

    @Test
    void nobodyWaitsForAFolioUnderASpinningLock() {
        QueuedSpinLock lruLock = new QueuedSpinLock(LockClass.LRU_LOCK);
        OneCpu.run(cpu -> {
            lruLock.lock(cpu);
            assertThatThrownBy(() -> wait.lock(cpu, 1))
                    .isInstanceOf(LockDep.Violation.class)
                    .hasMessageContaining("taking folio_lock under a spinning lock");
            lruLock.unlock(cpu);
        });
    }

    @Test
    void nobodyWaitsForAFolioWithAnotherLocked() {
        OneCpu.run(cpu -> {
            wait.lock(cpu, 1);
            assertThatThrownBy(() -> wait.lock(cpu, 2))
                    .isInstanceOf(LockDep.Violation.class)
                    .hasMessageContaining("taking folio_lock inside folio_lock");
            wait.unlock(cpu, 1);
        });
    }

    @Test
    void onlyWhoLockedAFolioUnlocksIt() {
        OneCpu.run(cpu -> {
            wait.lock(cpu, 1);
            folios.handOver(cpu, 1);
            assertThatThrownBy(() -> wait.unlock(cpu, 1)).isInstanceOf(LockDep.Violation.class);
            folios.takeOver(cpu, 1);
            wait.unlock(cpu, 1);
        });
    }
}
