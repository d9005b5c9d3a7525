package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.kvm.GuestOfHost.OTHER;
import static org.gleaner.mm.folio.FolioLayout.UPTODATE;

import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockDep;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.Vma;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// T-M9: asynchronous faults on a mapping of frames and ordinary pages (`VM_MIXEDMAP`), on a real
/// host. A special entry says no more than "not now" to who may not sleep, and "never" to who may;
/// so a fault on it is handed to the worker although nothing can come of it.
final class MixedMappingAsyncTest {
    private static final int PAGES = 8;

    /// Frames beyond the host's: there is no folio of them.
    private static final int NO_FOLIO = 1 << 24;

    private record Mixed(GuestOfHost guest, DeviceMemory device, Vma vma) {}

    private interface Body {
        void run(Cpu cpu, Mixed mixed, AsyncFaults async);
    }

    /// The second slot is the mixed mapping; its page 1 is an ordinary one.
    private static void run(SpteSteps steps, Body body) {
        SmallHost small = SmallHost.virtual().cpus(10);
        VmConfig config =
                GuestOfHost.config().withAsyncFaults(AsyncFaults.Mode.HALT).withSteps(steps);
        GuestOfHost.run(
                small,
                config,
                64,
                16,
                (cpu, guest) -> {
                    Cpu worker = small.engine().daemon("worker", guest.vm.asyncWorker());
                    worker.lockDep = new LockDep();
                    DeviceMemory device =
                            guest.host
                                    .objects()
                                    .newDevice(DeviceMemory.Flags.MIXED, PAGES, NO_FOLIO, true);
                    int page =
                            guest.host
                                    .allocator()
                                    .allocate(cpu, guest.host.memcgs().root(), UPTODATE);
                    device.showPage(cpu, 1, page);
                    Vma vma = guest.map(cpu, device, PAGES, true);
                    AsyncFaults async = guest.vcpu.asyncFaults();
                    assertThat(async).isNotNull();
                    body.run(cpu, new Mixed(guest, device, vma), async);
                    if (guest.process.mm.vma(OTHER) != null) {
                        guest.host.mappingChanges().unmap(cpu, vma);
                    }
                    guest.host.lru().put(cpu, page);
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tm9_aSpecialEntryIsHandedOverOnceAndThenTheAccessFails(boolean write) {
        run(
                SpteSteps.LINUX,
                (cpu, mixed, async) -> {
                    Vcpu vcpu = mixed.guest.vcpu;
                    assertThat(vcpu.access(cpu, OTHER + 2, write)).isEqualTo(PageClaim.FAULT);
                    assertThat(async.queued()).as("rounds").isOne();
                    assertThat(async.failed()).isOne();
                    assertThat(mixed.device.faults(cpu)).as("an entry that is there").isOne();
                    assertThat(vcpu.access(cpu, OTHER + 2, write)).isEqualTo(PageClaim.FAULT);
                    assertThat(async.queued()).isEqualTo(2);
                    assertThat(mixed.device.faults(cpu)).isOne();
                });
    }

    /// Its handler need not sleep, so no worker is asked.
    @Test
    void tm9_anOrdinaryPageOfTheSameMappingIsThereAtOnce() {
        run(
                SpteSteps.LINUX,
                (cpu, mixed, async) -> {
                    assertThat(mixed.guest.vcpu.access(cpu, OTHER + 1, true)).isZero();
                    assertThat(async.queued()).isZero();
                    assertThat(mixed.device.faults(cpu)).isOne();
                });
    }

    /// The guest makes no progress and user space is told nothing, until the mapping goes.
    @Test
    void tm9_upstreamHandsASpecialEntryOverForEver() {
        int rounds = 1_000;
        SpteSteps upstream =
                new SpteSteps() {
                    @Override
                    public boolean deliversFailedAsyncFaults() {
                        return false;
                    }
                };
        run(
                upstream,
                (cpu, mixed, async) -> {
                    GuestOfHost guest = mixed.guest;
                    guest.host
                            .engine()
                            .spawn(
                                    "patience",
                                    other -> {
                                        while (async.failed() < rounds) {
                                            other.sleep(1_000_000);
                                        }
                                        guest.host.mappingChanges().unmap(other, mixed.vma);
                                    });
                    assertThat(guest.vcpu.access(cpu, OTHER + 2, true)).isEqualTo(PageClaim.FAULT);
                    assertThat(async.queued()).isGreaterThanOrEqualTo(rounds);
                    assertThat(mixed.device.faults(cpu)).isOne();
                });
    }
}
