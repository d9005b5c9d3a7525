package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gleaner.mm.folio.FolioLayout.LRU;
import static org.gleaner.mm.folio.FolioLayout.refcount;

import java.util.SplittableRandom;
import org.gleaner.kvm.pfn.GuestMemfd;
import org.gleaner.kvm.pfn.HostMap;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.gup.InaccessiblePages;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.memcg.Memcg;
import org.junit.jupiter.api.Test;

/// Private memory of a guest, which no process can map.
final class GuestMemfdTest {
    private static final int PAGES = 1_024;

    /// First guest page of the slot that has a file.
    private static final long AT = 1 << 18;

    private static final int FILE = 64;

    private interface Body {
        void run(Cpu cpu, GuestOfHost guest, PrivateMemory memory, GuestMemfd file);
    }

    /// A guest whose first slot is all shared, and another with a file behind it or instead.
    private static void run(SmallHost small, boolean hostless, Body body) {
        GuestOfHost.run(
                small,
                GuestOfHost.config(),
                Memcg.UNLIMITED,
                PAGES,
                (cpu, guest) -> {
                    PrivateMemory memory = guest.vm.keepPrivate();
                    GuestMemfd file =
                            memory.newFile(
                                    guest.host.pages().newInaccessible(guest.process.mm, FILE));
                    if (hostless) {
                        memory.createHostlessSlot(cpu, 1, AT, FILE / 2, file, FILE / 2);
                    } else {
                        memory.createSlot(cpu, 1, AT, FILE / 2, Process.BASE + 512, file, FILE / 2);
                    }
                    body.run(cpu, guest, memory, file);
                    memory.close(cpu, file);
                });
    }

    private static int references(Cpu cpu, GuestOfHost guest, long pfn) {
        return refcount(guest.host.folios().peek(cpu, (int) pfn));
    }

    /// Kind N: patch 45, the page of a file is owned, and released as any other; 46, by the same
    /// helper.
    @Test
    void patch45And46APageOfAFileIsOwnedAndGivenBack() {
        run(
                SmallHost.virtual(),
                true,
                (cpu, guest, memory, file) -> {
                    long charged = guest.process.memcg.usage().snapshot();
                    assertThat(guest.vcpu.access(cpu, AT + 5, false)).isZero();
                    long pfn = guest.frame(cpu, AT + 5);
                    assertThat(references(cpu, guest, pfn)).as("the file's alone").isOne();
                    assertThat(guest.host.folios().peek(cpu, (int) pfn) & LRU).isZero();
                    assertThat(guest.process.memcg.usage().snapshot() - charged).isBetween(1L, 64L);
                    assertThat(guest.vcpu.access(cpu, AT + 5, true))
                            .as("mapped writable at once")
                            .isZero();
                    assertThat(guest.vcpu.stat().faults()).isOne();
                    // no other call finds it
                    PageClaim claim = new PageClaim();
                    assertThat(guest.vm.direct().newMap().map(cpu, AT + 5, true))
                            .isEqualTo(HostMap.INVALID);
                    assertThat(guest.vm.direct().newMap().map(cpu, AT + 5, false))
                            .isEqualTo(HostMap.INVALID);
                    assertThat(guest.vm.direct().page().find(cpu, AT + 5, false, claim)).isFalse();
                    assertThat(guest.vm.direct().page().find(cpu, AT + 5, true, claim)).isFalse();
                    assertThat(guest.vm.prefetch(cpu, guest.vcpu, AT + 6, 1)).isZero();
                    assertThat(guest.vm.preFault(cpu, guest.vcpu, AT + 7, 1)).isOne();
                    assertThat(guest.vcpu.access(cpu, AT + 7, true)).isZero();
                });
    }

    @Test
    void onlyPrivatePagesComeFromTheFileAndAChangeTakesThemAway() {
        run(
                SmallHost.virtual(),
                false,
                (cpu, guest, memory, file) -> {
                    guest.process.writeAll(cpu, 512, 544);
                    long shared = guest.process.pfn(512 + 3);
                    assertThat(guest.frame(cpu, AT + 3)).isEqualTo(shared);
                    assertThat(guest.frame(cpu, AT + 4)).isEqualTo(guest.process.pfn(512 + 4));
                    long flushes = guest.vm.remoteFlushes();
                    memory.setPrivate(cpu, AT + 3, 1, true);
                    assertThat(guest.vm.remoteFlushes() - flushes).isOne();
                    long mine = guest.frame(cpu, AT + 3);
                    assertThat(mine).isNotEqualTo(shared).isNotNegative();
                    long faults = guest.vcpu.stat().faults();
                    assertThat(guest.frame(cpu, AT + 4)).isEqualTo(guest.process.pfn(512 + 4));
                    assertThat(guest.vcpu.stat().faults()).as("it stayed mapped").isEqualTo(faults);
                    memory.setPrivate(cpu, AT, FILE / 2, false);
                    assertThat(guest.frame(cpu, AT + 3)).isEqualTo(shared);
                    memory.setPrivate(cpu, AT + 3, 1, true);
                    assertThat(guest.frame(cpu, AT + 3)).as("the file keeps it").isEqualTo(mine);
                    // a slot without a file has no private pages
                    memory.setPrivate(cpu, 9, 1, true);
                    assertThat(guest.vcpu.access(cpu, 9, false))
                            .isEqualTo(PrivateMemory.MEMORY_FAULT);
                });
    }

    @Test
    void aHoleIsZeroesAgain() {
        run(
                SmallHost.virtual(),
                true,
                (cpu, guest, memory, file) -> {
                    long[] frames = new long[FILE / 2];
                    for (int i = 0; i < frames.length; i++) {
                        frames[i] = guest.frame(cpu, AT + i);
                    }
                    long epoch = guest.host.node().epochs().of((int) frames[4]);
                    long flushes = guest.vm.remoteFlushes();
                    file.punchHole(cpu, FILE / 2 + 4, FILE / 2 + 8);
                    assertThat(guest.vm.remoteFlushes() - flushes).isOne();
                    assertThat(guest.host.node().epochs().of((int) frames[4])).isEqualTo(epoch + 1);
                    assertThat(guest.vm.countLeaves(cpu, false)).isEqualTo(FILE / 2 - 4);
                    long faults = guest.vcpu.stat().faults();
                    assertThat(guest.frame(cpu, AT + 3)).isEqualTo(frames[3]);
                    assertThat(guest.frame(cpu, AT + 8)).isEqualTo(frames[8]);
                    assertThat(guest.vcpu.stat().faults()).isEqualTo(faults);
                    assertThat(guest.vcpu.access(cpu, AT + 4, true)).isZero();
                    assertThat(guest.vcpu.stat().faults()).isEqualTo(faults + 1);
                    // pages that no slot shows
                    flushes = guest.vm.remoteFlushes();
                    file.punchHole(cpu, 0, FILE / 2);
                    assertThat(guest.vm.remoteFlushes()).isEqualTo(flushes);
                });
    }

    @Test
    void brokenMemoryOfAFileLeavesTheGuestAndIsSaidToBeBroken() {
        run(
                SmallHost.virtual(),
                true,
                (cpu, guest, memory, file) -> {
                    int pfn = (int) guest.frame(cpu, AT + 5);
                    long other = guest.frame(cpu, AT + 6);
                    assertThat(guest.host.userMemory().failure().fail(cpu, pfn)).isTrue();
                    assertThat(guest.host.userMemory().failure().fail(cpu, pfn)).isFalse();
                    assertThat(guest.vm.countLeaves(cpu, false)).isOne();
                    assertThat(guest.vcpu.access(cpu, AT + 5, true)).isEqualTo(PageClaim.HWPOISON);
                    assertThat(guest.vcpu.stat().poisons()).as("no signal").isZero();
                    assertThat(guest.frame(cpu, AT + 6)).isEqualTo(other);
                    file.punchHole(cpu, FILE / 2 + 5, FILE / 2 + 6);
                    assertThat(guest.frame(cpu, AT + 5)).isNotNegative().isNotEqualTo(pfn);
                    assertThat(references(cpu, guest, pfn)).as("kept for good").isOne();
                });
    }

    @Test
    void aFileThatIsClosedHasNoPages() {
        run(
                SmallHost.virtual(),
                true,
                (cpu, guest, memory, file) -> {
                    GuestMemfd other =
                            memory.newFile(guest.host.pages().newInaccessible(guest.process.mm, 4));
                    memory.createHostlessSlot(cpu, 7, 2 * AT, 4, other, 0);
                    assertThat(guest.vcpu.access(cpu, 2 * AT + 1, true)).isZero();
                    memory.close(cpu, other);
                    assertThat(guest.vm.countLeaves(cpu, false)).isZero();
                    assertThat(guest.vcpu.access(cpu, 2 * AT + 1, true)).isEqualTo(PageClaim.FAULT);
                    assertThatThrownBy(() -> memory.createHostlessSlot(cpu, 8, 3 * AT, 4, other, 0))
                            .hasMessageContaining("-EBADF");
                    guest.vm.deleteSlot(cpu, 7);
                });
    }

    @Test
    void whatCannotBeAskedIsRefused() {
        run(
                SmallHost.virtual(),
                false,
                (cpu, guest, memory, file) -> {
                    assertThatThrownBy(
                                    () -> memory.createHostlessSlot(cpu, 2, 2 * AT, FILE, file, 1))
                            .hasMessageContaining("-EINVAL: pages from 1 to 65 of a file of 64");
                    assertThatThrownBy(() -> memory.createHostlessSlot(cpu, 2, 2 * AT, 4, file, 33))
                            .hasMessageContaining("-EEXIST");
                    memory.createHostlessSlot(cpu, 2, 2 * AT, FILE / 2, file, 0);
                    assertThatThrownBy(() -> guest.vm.dirtyLog().begin(cpu, 1))
                            .hasMessageContaining("-EINVAL: memory slot 1 has private pages");
                    guest.vm.deleteSlot(cpu, 2);
                    memory.createHostlessSlot(cpu, 2, 2 * AT, 4, file, 8);
                    guest.vm.deleteSlot(cpu, 2);
                    InaccessiblePages more =
                            guest.host.pages().newInaccessible(guest.process.mm, 4);
                    PageClaim claim = new PageClaim();
                    more.find(cpu, 4, claim);
                    assertThat(claim.error()).isEqualTo(PageClaim.FAULT);
                    more.close(cpu);
                    assertThatThrownBy(() ->
                                    guest.process.mm.map(
                                            cpu,
                                            4 * AT,
                                            4,
                                            guest.host.objects().newInaccessible(4),
                                            0,
                                            true))
                            .hasMessageContaining("no process can map");
                });
    }

    /// Marks are made at the release and mean nothing: reclaim takes none of it, aging sees none.
    @Test
    void nobodyReclaimsOrAgesIt() {
        SmallHost small = SmallHost.virtual();
        GuestOfHost.run(
                small,
                GuestOfHost.config(),
                200,
                PAGES,
                (cpu, guest) -> {
                    PrivateMemory memory = guest.vm.keepPrivate();
                    GuestMemfd file =
                            memory.newFile(
                                    guest.host.pages().newInaccessible(guest.process.mm, FILE));
                    memory.createHostlessSlot(cpu, 1, AT, FILE, file, 0);
                    long[] frames = new long[FILE];
                    for (int i = 0; i < FILE; i++) {
                        frames[i] = guest.frame(cpu, AT + i);
                    }
                    guest.process.writeAll(cpu, 0, 1_000);
                    assertThat(guest.process.isSwapped(0)).isTrue();
                    long young = guest.vm.countLeaves(cpu, true);
                    guest.process.mm.notifiers().clearYoung(cpu, 0, 1L << 30);
                    assertThat(guest.vm.countLeaves(cpu, true)).isEqualTo(young);
                    for (int i = 0; i < FILE; i++) {
                        assertThat(guest.frame(cpu, AT + i)).isEqualTo(frames[i]);
                    }
                    memory.close(cpu, file);
                });
    }

    /// What ranges of attributes become, against a map of single pages.
    @Test
    void attributesAreThoseThatWereSetLast() {
        run(
                SmallHost.virtual(),
                false,
                (cpu, guest, memory, file) -> {
                    boolean[] model = new boolean[100];
                    SplittableRandom random = new SplittableRandom(5);
                    for (int turn = 0; turn < 2_000; turn++) {
                        int from = random.nextInt(100);
                        int to = from + 1 + random.nextInt(100 - from);
                        boolean isPrivate = random.nextBoolean();
                        memory.setPrivate(cpu, from, to - from, isPrivate);
                        java.util.Arrays.fill(model, from, to, isPrivate);
                        int seen = random.nextInt(100);
                        assertThat(memory.isPrivate(cpu, seen)).isEqualTo(model[seen]);
                        boolean uniform = true;
                        for (int i = from; i < to; i++) {
                            uniform &= model[i] == model[from];
                        }
                        assertThat(memory.isUniform(cpu, from, to - from)).isEqualTo(uniform);
                    }
                    assertThat(memory.isPrivate(cpu, 100)).isFalse();
                });
    }

    /// A huge leaf shows pages of one attribute only.
    @Test
    void aHugeLeafShowsNoMixture() {
        run(
                SmallHost.virtual().thp(),
                false,
                (cpu, guest, memory, file) -> {
                    guest.process.write(cpu, 0);
                    assertThat(guest.vcpu.access(cpu, 0, true)).isZero();
                    assertThat(guest.vm.countLeaves(cpu, false)).isOne();
                    long faults = guest.vcpu.stat().faults();
                    assertThat(guest.vcpu.access(cpu, 77, true)).isZero();
                    assertThat(guest.vcpu.stat().faults()).isEqualTo(faults);
                    memory.setPrivate(cpu, 300, 1, true);
                    assertThat(guest.vm.countLeaves(cpu, false)).isZero();
                    assertThat(guest.vcpu.access(cpu, 76, true)).isZero();
                    assertThat(guest.vcpu.access(cpu, 77, true)).isZero();
                    assertThat(guest.vm.countLeaves(cpu, false)).as("two small ones").isEqualTo(2);
                    memory.setPrivate(cpu, 300, 1, false);
                    assertThat(guest.vcpu.access(cpu, 300, true)).isZero();
                    assertThat(guest.process.task.access(cpu, Process.BASE, false))
                            .isEqualTo(PageFaults.DONE);
                });
    }
}
