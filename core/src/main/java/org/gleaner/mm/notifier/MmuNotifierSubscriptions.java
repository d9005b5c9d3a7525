package org.gleaner.mm.notifier;

import org.gleaner.machine.Cpu;

/// The subscribers of one address space and the loops over them, under the notifiers' SRCU.
public final class MmuNotifierSubscriptions {
    /// `mm_has_notifiers`: a plain test, for the hot path.
    public boolean isEmpty() {
        return true;
    }

    public void register(Cpu cpu, MmuNotifier notifier) {
        throw new UnsupportedOperationException();
    }

    /// Removes a subscriber and waits until no call into it is running; calls its `release` first if
    /// the address space still lives.
    public void unregister(Cpu cpu, MmuNotifier notifier) {
        throw new UnsupportedOperationException();
    }

    public boolean clearFlushYoung(Cpu cpu, long start, long end) {
        throw new UnsupportedOperationException();
    }

    public boolean clearYoung(Cpu cpu, long start, long end) {
        throw new UnsupportedOperationException();
    }

    public boolean testYoung(Cpu cpu, long vpn) {
        throw new UnsupportedOperationException();
    }

    public void invalidateRangeStart(Cpu cpu, long start, long end, boolean mayBlock) {
        throw new UnsupportedOperationException();
    }

    public void invalidateRangeEnd(Cpu cpu, long start, long end) {
        throw new UnsupportedOperationException();
    }

    public void release(Cpu cpu) {
        throw new UnsupportedOperationException();
    }
}
