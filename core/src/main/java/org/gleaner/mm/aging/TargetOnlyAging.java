package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// `locked-flush`, Linux 6.1: only the eviction target asks the secondary MMUs, and a young answer
/// costs a lock for writing and a flush of every running guest. Walk and look-around see primary
/// bits alone, so memory that only guests touch drifts to the oldest generation and is rescued page
/// by page.
final class TargetOnlyAging extends SecondaryAging {
    /// Neighbours are worth a look only if the host itself touched the page
    /// (`folio_referenced_one` looks around before it asks the notifiers).
    @Override
    public int target(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung) {
        int answer = mm.clearFlushYoung(cpu, vpn, vpn + 1) ? YOUNG : 0;
        return primaryYoung ? answer | LOOK_AROUND : answer;
    }

    /// 6.1's walk asks nobody.
    @Override
    public boolean clearYoung(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end) {
        return false;
    }

    /// 6.1 trusts it with subscribers too.
    @Override
    public boolean trustsNonLeafYoung() {
        return true;
    }

    @Override
    public Window newWindow() {
        return new PrimaryWindow();
    }
}
