package org.gleaner.check.mm;

import static java.util.Objects.requireNonNull;

import org.gleaner.check.program.Finding;
import org.gleaner.kvm.Vcpu;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.reclaim.LruGenDebugfs;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.HardwareWalk;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// What the actors of a [MemoryStage] do: accesses of the process, of its guest and of a device,
/// reclaim, and changes of the mapping. Knows what was written last to each page.
abstract sealed class MemoryActs permits MemoryStage {
    /// First virtual page of the process: at the start of a page table.
    static final long BASE = 512;

    private static final PteFormat PTE = PteFormat.X86_64;

    private @Nullable Made made;
    private boolean ended;
    private @Nullable AddressSpace child;

    private record Made(
            Host host,
            SmallFrames contents,
            Memcg memcg,
            AddressSpace mm,
            Vma vma,
            boolean generations,
            long[] written) {}

    /// The stage is raised.
    final void made(
            Host host,
            SmallFrames contents,
            Memcg memcg,
            AddressSpace mm,
            Vma vma,
            boolean generations,
            int pages) {
        made = new Made(host, contents, memcg, mm, vma, generations, new long[pages]);
    }

    private Made made() {
        return requireNonNull(made, "the host is made when the stage is raised");
    }

    Host host() {
        return made().host();
    }

    AddressSpace mm() {
        return made().mm();
    }

    Vma vma() {
        return made().vma();
    }

    Memcg memcg() {
        return made().memcg();
    }

    SmallFrames contents() {
        return made().contents();
    }

    /// By page: what was written last, or 0.
    long[] written() {
        return made().written();
    }

    boolean hasEnded() {
        return ended;
    }

    /// The process writes `value` to one of its pages. Returns 0 or the error of the fault.
    int write(Cpu cpu, int page, long value) {
        int pfn = touch(cpu, page, EntryFormat.WRITE);
        if (pfn < 0) {
            return pfn;
        }
        contents().frames[pfn] = value;
        written()[page] = value;
        return 0;
    }

    /// What the process reads in one of its pages, or the error of the fault.
    long read(Cpu cpu, int page) {
        int pfn = touch(cpu, page, EntryFormat.READ);
        return pfn < 0 ? pfn : contents().frames[pfn];
    }

    /// Fails unless the process reads `expected`.
    void expect(Cpu cpu, int page, long expected) {
        long value = read(cpu, page);
        Finding.check(
                value == expected,
                "lost update: page " + page + " reads " + value + ", not " + expected);
    }

    /// One access of the process: the CPU walks, sets A and D, and has its data in the same
    /// instant, for the flush after an unmap, which is not modelled, waits for it. Returns the
    /// page, or an error.
    private int touch(Cpu cpu, int page, int access) {
        return touch(cpu, mm(), page, access);
    }

    private int touch(Cpu cpu, AddressSpace mm, int page, int access) {
        Walk walk = new Walk();
        long vpn = BASE + page;
        boolean write = access == EntryFormat.WRITE;
        while (mm.tables().touch(cpu, walk, mm.root(), vpn, access) != HardwareWalk.HIT) {
            int error = host().faults().handle(cpu, mm, vpn, write);
            host().faults().returnToUser(cpu, mm);
            if (error != PageFaults.DONE) {
                return error;
            }
        }
        long entry = walk.words[walk.index];
        cpu.charge(Cost.GUEST_HIT);
        return (int) (PTE.pfn(entry) + (walk.level == 1 ? 0 : vpn & 511));
    }

    /// A guest writes `value` to one of its pages.
    void guestWrite(Cpu cpu, Vcpu vcpu, int page, long value) {
        if (vcpu.accessData(cpu, page, 0, true, value) == 0) {
            written()[page] = value;
        }
    }

    /// Fails unless a guest reads `expected`.
    void guestExpect(Cpu cpu, Vcpu vcpu, int page, long expected) {
        vcpu.accessData(cpu, page, 0, false, 0);
        Finding.check(
                vcpu.data() == expected,
                "lost update: guest page " + page + " reads " + vcpu.data() + ", not " + expected);
    }

    /// A device writes to a page of the process through a reference that it takes for the time.
    void writePinned(Cpu cpu, int page, long value) {
        UserPages users = host().pages().of(mm());
        PageClaim claim = new PageClaim();
        users.lookUp(cpu, BASE + page, Lookup.WRITE, claim);
        if (claim.isOwned()) {
            cpu.store(contents().frames, claim.pfn(), value);
            written()[page] = value;
            users.setDirty(cpu, claim);
            users.put(cpu, claim);
        }
    }

    /// The process has a child from now on.
    void fork(Cpu cpu) {
        child = host().newAddressSpace(cpu, memcg());
        host().userMemory().actors().fork().share(cpu, vma(), child, BASE);
    }

    /// What the child reads in one of its pages.
    long childReads(Cpu cpu, int page) {
        return contents().frames[touch(cpu, requireNonNull(child), page, EntryFormat.READ)];
    }

    void endChild(Cpu cpu) {
        if (child != null) {
            host().mappingChanges().exit(cpu, child);
            child = null;
        }
    }

    /// Merges page `page` into page 0 if they are equal.
    void merge(Cpu cpu, int page) {
        host().userMemory().actors().merge().merge(cpu, vma(), BASE, vma(), BASE + page);
    }

    /// A device pins a page for reading, and keeps it.
    void pin(Cpu cpu, int page, PageClaim claim) {
        host().pages().of(mm()).lookUp(cpu, BASE + page, Lookup.PIN, claim);
    }

    /// A device pins a page that it may write to at any time from now on.
    void pinToWrite(Cpu cpu, int page, PageClaim claim) {
        host().pages().of(mm()).lookUp(cpu, BASE + page, Lookup.PIN | Lookup.WRITE, claim);
    }

    /// Fails unless the process shows the page that a device has pinned, which is given back.
    void unpin(Cpu cpu, int page, PageClaim claim) {
        int pfn = touch(cpu, page, EntryFormat.READ);
        Finding.check(
                pfn == claim.pfn(),
                "page " + page + " is pfn " + pfn + ", and pfn " + claim.pfn() + " is pinned");
        host().pages().of(mm()).put(cpu, claim);
    }

    void munmap(Cpu cpu) {
        host().mappingChanges().unmap(cpu, vma());
    }

    /// `mprotect(PROT_READ)`.
    void protect(Cpu cpu) {
        host().mappingChanges().protect(cpu, vma(), false);
    }

    /// The OOM killer's reaper takes what the process has.
    void reap(Cpu cpu) {
        mm().terminate(cpu);
        host().mappingChanges().reap(cpu, mm());
    }

    /// The process ends.
    void exit(Cpu cpu) {
        ended = true;
        host().mappingChanges().exitWithFiles(cpu, mm());
    }

    /// Takes the large folio apart that a page is in.
    void split(Cpu cpu, int page) {
        Walk walk = new Walk();
        long entry = mm().tables().find(cpu, walk, mm().root(), BASE + page);
        if (PTE.isLeaf(entry, walk.level)) {
            host().userMemory().split(cpu, (int) PTE.pfn(entry));
        }
    }

    /// Makes the process's small pages a large folio, if that is possible now.
    void collapse(Cpu cpu) {
        host().userMemory().actors().collapse().collapse(cpu, mm(), BASE);
    }

    /// Makes every page of the process old, and puts it on the lists.
    void makeOld(Cpu cpu) {
        host().lru().drain(cpu);
        if (made().generations()) {
            for (int i = 0; i < 4; i++) {
                host().reclaim().age(cpu, memcg());
            }
        }
    }

    /// Reclaims what is old.
    void evict(Cpu cpu) {
        if (!made().generations()) {
            host().memcgFiles().reclaim(cpu, memcg(), 1);
            return;
        }
        long max = memcg().lruvec().gen().peekMaxSeq(cpu);
        long id = LruGenDebugfs.id(memcg());
        String command = "- %d 0 %d 200 %d".formatted(id, max - 2, written().length);
        host().reclaim().lruGenDebugfs().write(cpu, command);
    }

    /// Whether the process's own entry shows `pfn` in a page; `walk` has found it before. No step.
    static boolean shows(Walk walk, int page, int pfn) {
        long entry = walk.words[walk.index];
        long within = walk.level == 1 ? 0 : BASE + page & 511;
        return PTE.isLeaf(entry, walk.level) && PTE.pfn(entry) + within == pfn;
    }
}
