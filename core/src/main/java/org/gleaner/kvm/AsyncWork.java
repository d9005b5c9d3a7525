package org.gleaner.kvm;

import java.util.ArrayDeque;
import java.util.Deque;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Word;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;
import org.jspecify.annotations.Nullable;

/// The pages that a VM's vCPUs have handed over to be fetched (`async_pf_execute` and its queue).
///
/// A worker looks each page up as a vCPU would that may sleep, for writing whatever the access
/// wants, and keeps no reference: what counts is that the page is there afterwards. Whether it is
/// does not interest the worker either; the vCPU faults again and finds out.
///
/// An address space does not go while a page of it is being fetched: its end waits for the workers
/// and takes what they have not begun ([#end]).
@Guarded("async_pf->lock")
final class AsyncWork {
    /// A page to be fetched.
    ///
    /// @param owner whose it is
    /// @param write the access was a write
    /// @param token what the guest knows it by; 0 if it was not told
    record Page(AsyncFaults owner, long gfn, long vpn, boolean write, long token) {}

    private final UserPages pages;
    private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.ASYNC_PF_LOCK);
    private final Deque<Page> queue = new ArrayDeque<>();

    /// Moves with every page that is queued; workers sleep on it.
    private final Word queued = new Word();

    private final Word fetching = new Word();

    AsyncWork(UserPages pages) {
        this.pages = pages;
    }

    void add(Cpu cpu, Page page) {
        lock.lock(cpu);
        queue.add(page);
        lock.unlock(cpu);
        cpu.fetchAdd(queued, 1);
    }

    /// A worker's life.
    void serve(Cpu cpu) {
        PageClaim claim = new PageClaim();
        for (; ; ) {
            long seen = cpu.load(queued);
            Page page = take(cpu);
            if (page == null) {
                cpu.blockChange(queued, seen);
                continue;
            }
            pages.lookUp(cpu, page.vpn, Lookup.WRITE, claim);
            pages.put(cpu, claim);
            lock.lock(cpu);
            page.owner.done.add(page);
            lock.unlock(cpu);
            cpu.fetchAdd(page.owner.finished, 1);
            cpu.fetchAdd(fetching, -1);
        }
    }

    private @Nullable Page take(Cpu cpu) {
        lock.lock(cpu);
        Page page = queue.poll();
        if (page != null) {
            cpu.fetchAdd(fetching, 1);
        }
        lock.unlock(cpu);
        return page;
    }

    /// The next page of a vCPU that was fetched; there is one.
    Page takeDone(Cpu cpu, AsyncFaults owner) {
        lock.lock(cpu);
        Page page = owner.done.remove();
        lock.unlock(cpu);
        return page;
    }

    /// Forgets what is not begun and waits for the rest; no vCPU runs any more.
    void end(Cpu cpu) {
        lock.lock(cpu);
        queue.clear();
        lock.unlock(cpu);
        cpu.block(fetching, -1, 0);
    }
}
