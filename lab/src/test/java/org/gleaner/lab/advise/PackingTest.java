package org.gleaner.lab.advise;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.run.PackingResult;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.run.TrialResult;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.scenario.HostShare;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.TraceLap;
import org.gleaner.lab.trace.format.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packing of VMs that loop over their pages, of which arithmetic says how many fit, and of VMs
/// that leave pages alone.
final class PackingTest {

    private static final List<Objective> FEW_FAULTS = Objective.parse("major faults < 100/s");

    private static final int PAGES = 2000;
    private static final double PACE = 1_000_000;

    /// Twice through a loop, and as long again watched.
    private static final TrialRequest.Watch WATCH =
            new TrialRequest.Watch(500, 4_000_000, 4_000_000);

    @TempDir private Path directory;

    private AdvisedHost host() {
        return Loops.host(directory, "32MiB");
    }

    /// A VM that loops over the first `busy` of its pages, after one touch of all.
    private static TrialVm vm(String name, int pages, int busy, int size) {
        int laps = 80;
        int[] words = new int[pages + laps * busy];
        Arrays.setAll(
                words, i -> (i < pages ? i : (i - pages) % busy) | (i % 4 == 0 ? 1 << 31 : 0));
        HeldTrace trace = new HeldTrace(name, Level.MEMORY, words, pages, pages);
        return new TrialVm(name, new TraceLap(trace, pages), size, PACE, TrialVm.Limits.NONE);
    }

    private Packing packing(List<TrialVm> vms) {
        return packing(vms, WATCH);
    }

    private Packing packing(List<TrialVm> vms, TrialRequest.Watch watch) {
        return new Packing(
                host(),
                List.of(vms),
                watch,
                1,
                PackedHosts.strain(FEW_FAULTS, Scale.FULL),
                Progress.SILENT);
    }

    private static List<TrialVm> loops(int count, int size) {
        List<TrialVm> vms = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            vms.add(vm("loop-" + i, PAGES, PAGES, size));
        }
        return vms;
    }

    /// Loops that fit a host whole, by arithmetic.
    private int fitting() {
        AdvisedHost host = host();
        long low = host.settings().watermarks().minFree().bytes(host.pages() * 4096) / 4096;
        int fits = 0;
        for (; ; fits++) {
            long pages = (fits + 1L) * PAGES;
            long usable =
                    HostShare.of(host.pages(), pages, pages, SwapDeviceChoice.ZRAM, 4096)
                            .usablePages();
            if (pages > usable - low - low / 4) {
                return fits;
            }
        }
    }

    @Test
    void loopsNeedAsManyHostsAsArithmeticSays() {
        int fits = fitting();
        assertThat(fits).isGreaterThan(1);
        Packing packing = packing(loops(2 * fits + 1, 2 * PAGES));
        List<Packing.Packed> simulated = packing.bySimulating();
        assertThat(simulated).hasSize(3).allMatch(Packing.Packed::holds);
        assertThat(simulated.stream().map(each -> each.vms().size()).toList())
                .containsExactly(fits, fits, 1);
        // sizes are twice what is touched
        List<Packing.Packed> sizes = packing.byAddingUp(TrialVm::sizePages);
        assertThat(sizes.size()).isGreaterThan(simulated.size());
        assertThat(sizes).allMatch(Packing.Packed::holds);
    }

    /// Three quarters of what these touch are not touched again: more of them hold than memory has
    /// room for, once what is idle has been found out.
    @Test
    void idlePagesMakeRoom() {
        List<TrialVm> vms = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            vms.add(vm("idle-" + i, PAGES, PAGES / 4, PAGES));
        }
        Packing packing = packing(vms, new TrialRequest.Watch(500, 30_000_000, 4_000_000));
        List<Packing.Packed> simulated = packing.bySimulating();
        List<Packing.Packed> touched = packing.byAddingUp(Packing::touched);
        assertThat(simulated.size()).isLessThan(touched.size());
        assertThat(packing.touchedPages(simulated.getFirst().vms())).isGreaterThan(host().pages());
        assertThat(simulated).allMatch(Packing.Packed::holds);
    }

    /// What is claimed of each host, by trials of its own; and each VM was refused by every host
    /// before the one that it is on.
    @Test
    void everyStepIsTrue() {
        List<TrialVm> vms = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int pages = PAGES / 2 + i * 173 % PAGES;
            vms.add(vm("mixed-" + i, pages, Math.max(100, pages - i * 200), pages));
        }
        List<Packing.Packed> hosts = packing(vms).bySimulating();
        assertThat(hosts.size()).isBetween(2, 7);
        assertThat(packing(vms).bySimulating()).isEqualTo(hosts);
        for (Packing.Packed host : hosts) {
            assertThat(strain(vms, host.vms())).isEqualTo(host.strain());
        }
        for (int vm = 0; vm < vms.size(); vm++) {
            for (Packing.Packed host : hosts) {
                int now = vm;
                if (host.vms().contains(vm)) {
                    break;
                }
                List<Integer> with =
                        new ArrayList<>(host.vms().stream().filter(each -> each < now).toList());
                with.add(vm);
                assertThat(strain(vms, with)).as("%d on %s", vm, host).isGreaterThanOrEqualTo(1);
            }
        }
    }

    private double strain(List<TrialVm> vms, List<Integer> some) {
        TrialResult result =
                HostTrial.run(
                                List.of(
                                        new HostTrial(
                                                host(),
                                                some.stream().map(vms::get).toList(),
                                                WATCH,
                                                1)),
                                Progress.SILENT)
                        .getFirst();
        return result.vms().stream()
                .mapToDouble(PackedHosts.strain(FEW_FAULTS, Scale.FULL))
                .max()
                .orElseThrow();
    }

    @Test
    void whoBreaksAloneHasAHostOfItsOwnAndIsTold() {
        List<TrialVm> vms = new ArrayList<>(loops(1, PAGES));
        vms.add(vm("large", 4 * PAGES, 4 * PAGES, 4 * PAGES));
        PackingResult result =
                PackedHosts.of(
                        packing(vms),
                        new PackedHosts.Question(
                                "vms.yaml", Scale.FULL, host().pages(), FEW_FAULTS, List.of(1L)));
        PackingResult.Way simulated = result.ways().getLast();
        assertThat(simulated.hosts()).hasSize(2);
        assertThat(simulated.broken()).isEqualTo(1);
        assertThat(simulated.worstVm()).isEqualTo("large");
        assertThat(simulated.worst()).startsWith("major faults ");
        assertThat(result.hostsSaved()).isZero();
    }
}
