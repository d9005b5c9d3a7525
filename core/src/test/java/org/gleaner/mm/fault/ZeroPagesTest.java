package org.gleaner.mm.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.junit.jupiter.api.Test;

/// Reads of untouched memory that show zeroes. Each run ends with an audit.
final class ZeroPagesTest {
    private static final PteFormat PTE = PteFormat.X86_64;

    private static Process zeroes(SmallHost small, Cpu cpu, long limit) {
        Process p = small.process(cpu, limit, 1_024);
        p.vma.mapZeroPages();
        return p;
    }

    @Test
    void readsTakeNoMemoryAndReclaimPassesOverThem() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Process p = zeroes(small, cpu, 300);
            p.readAll(cpu, 0, 512);
            assertThat(p.memcg.usage().snapshot()).isLessThan(64);
            p.writeAll(cpu, 512, 1_024);
            assertThat(PTE.isZero(p.entry(0)) && PTE.isZero(p.entry(511))).isTrue();
            p.write(cpu, 5);
            assertThat(PTE.isZero(p.entry(5))).isFalse();
            AddressSpace child = small.host().newAddressSpace(cpu, p.memcg);
            Objects.requireNonNull(
                    small.host()
                            .userMemory()
                            .actors()
                            .fork()
                            .share(cpu, p.vma, child, Process.BASE));
            UserTask task = new UserTask(small.host().faults(), child);
            assertThat(task.access(cpu, Process.BASE + 6, true)).isEqualTo(PageFaults.DONE);
            assertThat(PTE.isZero(p.entry(6))).isTrue();
            small.host().mappingChanges().exit(cpu, child);
        });
    }

    @Test
    void aHugePageOfZeroesGivesWayToALargeFolioOrToSmallOnes() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process roomy = zeroes(small, cpu, Memcg.UNLIMITED);
            Process tight = zeroes(small, cpu, 100);
            roomy.read(cpu, 0);
            tight.read(cpu, 0);
            assertThat(roomy.hugeFolio(0)).isEqualTo(tight.hugeFolio(0));
            assertThat(small.host().userMemory().zeroPages().hugeUsers(cpu)).isEqualTo(2);
            roomy.write(cpu, 1);
            assertThat(roomy.isHuge(0)).isTrue();
            tight.write(cpu, 1);
            assertThat(tight.isHuge(0)).isFalse();
            assertThat(PTE.isZero(tight.entry(0)) && !PTE.isZero(tight.entry(1))).isTrue();
            small.host().mappingChanges().exit(cpu, tight.mm);
            assertThat(small.host().userMemory().zeroPages().hugeUsers(cpu)).isOne();
            small.host().mappingChanges().exit(cpu, roomy.mm);
            assertThat(small.host().userMemory().zeroPages().hugeUsers(cpu)).isZero();
        });
    }
}
