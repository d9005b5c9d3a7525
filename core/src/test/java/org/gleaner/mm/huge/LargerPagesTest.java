package org.gleaner.mm.huge;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Hosts of other pages than 4 KiB: what a page table maps is a huge page, is charged and swapped
/// as one, and comes back in small ones. Each test's host is audited.
final class LargerPagesTest {
    @ParameterizedTest
    @CsvSource({
        "12, 7, false",
        "14, 7, false",
        "16, 7, false",
        "12, 0, false",
        "14, 0, true",
        "16, 0, false"
    })
    void aHugePageGoesToSwapAsAWholeAndComesBackByPages(int shift, int lruGen, boolean disk) {
        HostPaging paging = HostPaging.arm64(shift);
        int huge = paging.page().hugePages();
        assertThat(huge).isEqualTo(paging.page().words());
        SmallHost small = SmallHost.virtual().paging(paging).thp().lruGen(lruGen);
        small.frames(6 * huge).slots(8 * huge);
        if (disk) {
            small.disk();
        }
        small.run(cpu -> {
            Host host = small.host();
            Memcg memcg = host.memcgs().add(2L * huge + 100);
            AddressSpace mm = host.newAddressSpace(cpu, memcg, host.memcgs().root());
            mm.map(cpu, huge, 5L * huge, host.objects().newAnon(), 0, true);
            UserTask task = new UserTask(host.faults(), mm);
            for (int i = 1; i <= 2; i++) {
                touch(cpu, task, (long) i * huge);
            }
            assertThat(host.stat().get(VmEvent.THP_FAULT_ALLOC)).isEqualTo(2);
            assertThat(memcg.usage().snapshot()).isBetween(2L * huge, 2L * huge + 64);
            // the third has no room under the limit, so small pages press the others out
            for (long vpn = 3L * huge; vpn < 3L * huge + 300; vpn++) {
                touch(cpu, task, vpn);
            }
            assertThat(host.stat().get(VmEvent.THP_SWPOUT)).isPositive();
            assertThat(host.stat().get(VmEvent.PSWPOUT) % huge).isLessThan(300);
            for (int i = 1; i <= 2; i++) {
                for (long vpn = (long) i * huge; vpn < (long) i * huge + 70; vpn++) {
                    touch(cpu, task, vpn);
                }
            }
            assertThat(host.stat().get(VmEvent.PSWPIN)).isPositive();
        });
    }

    private static void touch(Cpu cpu, UserTask task, long vpn) {
        assertThat(task.access(cpu, vpn, true)).isEqualTo(PageFaults.DONE);
    }

    @ParameterizedTest
    @CsvSource({"14", "16"})
    void onRealThreadsAPageIsAsLongAsItIs(int shift) {
        HostPaging paging = HostPaging.arm64(shift);
        SmallHost small = SmallHost.threads().paging(paging).frames(400);
        small.run(cpu -> {
            Host host = small.host();
            AddressSpace mm =
                    host.newAddressSpace(cpu, host.memcgs().add(100), host.memcgs().root());
            mm.map(cpu, 1 << 20, 300, host.objects().newAnon(), 0, true);
            UserTask task = new UserTask(host.faults(), mm);
            for (long vpn = 1 << 20; vpn < (1 << 20) + 300; vpn++) {
                touch(cpu, task, vpn);
            }
            assertThat(host.stat().get(VmEvent.PSWPOUT)).isGreaterThan(150);
            assertThat(host.contents().words).isEqualTo((1 << shift) / Long.BYTES);
        });
    }
}
