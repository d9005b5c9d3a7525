package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// `locked` (6.12) and `merged` (6.18): wherever reclaim clears a primary accessed bit it clears
/// the secondary ones too (`ptep_clear_young_notify`), one call per page. The two differ only in
/// what the secondary MMU does inside the call.
final class PerPageAging extends SecondaryAging {
    @Override
    public int target(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung) {
        int answer = mm.clearYoung(cpu, vpn, vpn + 1) ? YOUNG | LOOK_AROUND : 0;
        return primaryYoung ? answer | LOOK_AROUND : answer;
    }

    @Override
    public boolean trustsNonLeafYoung() {
        return false;
    }

    @Override
    public Window newWindow() {
        return new PerPageWindow();
    }

    @OneCpu
    private static final class PerPageWindow extends Window {
        private MmuNotifierSubscriptions mm = new MmuNotifierSubscriptions();

        @Override
        public void begin(MmuNotifierSubscriptions mm, long start, long end) {
            this.mm = mm;
        }

        /// Every page of an address space with subscribers is worth the lookup (`get_pte_pfn`).
        @Override
        public boolean test(Cpu cpu, long vpn, boolean primaryYoung) {
            return primaryYoung || !mm.isEmpty();
        }

        @Override
        public void skip(Cpu cpu, long vpn) {}

        @Override
        public boolean clear(Cpu cpu, long vpn) {
            return mm.clearYoung(cpu, vpn, vpn + 1);
        }

        @Override
        public void finish(Cpu cpu) {}
    }
}
