package org.gleaner.mm;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gleaner.kvm.Memslot;
import org.gleaner.machine.Capacity;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Engine;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.version.KernelVersion;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.TableSlab;
import org.junit.jupiter.api.Test;

/// What has no room for a number says so where it is made, in one line.
final class CapacityTest {
    private static final CostModel COSTS = CostModel.named("x86-server");

    @Test
    void aHostHasRoomForWhatItsConfigurationSays() {
        assertThatCode(() -> host(1, 0, 1, 1, 1)).doesNotThrowAnyException();
        assertThatCode(() -> host(1 << 29, 1 << 30, 1 << 28, 256, 4096)).doesNotThrowAnyException();
        refused(() -> host(0, 0, 1, 1, 1), "page frames: 0 is out of range, 1 to 536,870,912");
        refused(
                () -> host((1 << 29) + 1, 0, 1, 1, 1),
                "page frames: 536,870,913 is out of range, 1 to 536,870,912");
        refused(
                () -> host(1, (1 << 30) + 1, 1, 1, 1),
                "swap slots: 1,073,741,825 is out of range, 0 to 1,073,741,824");
        refused(
                () -> host(1, 0, (1 << 28) + 1, 1, 1),
                "page-table pages: 268,435,457 is out of range, 1 to 268,435,456");
        refused(
                () -> host(1, 0, 1, 257, 1),
                "cgroups, the root included: 257 is out of range, 1 to 256");
        refused(
                () -> host(1, 0, 1, 1, 4097),
                "CPUs, daemons included: 4,097 is out of range, 1 to 4,096");
    }

    private static HostConfig host(int frames, int slots, int tables, int memcgs, int cpus) {
        return new HostConfig(
                KernelVersion.V6_12,
                HostPaging.X86_64,
                HostConfig.Memory.of(frames, new Watermarks(1, 2, 3), 31),
                HostConfig.Swap.zram(slots),
                HostConfig.Reclaimer.direct(
                        LruGenCaps.of(7), AgingDesign.ofKernel("6.12").plan().secondary()),
                new HostConfig.Room(tables, memcgs, cpus),
                1);
    }

    @Test
    void partsHoldTheirOwnBounds() {
        refused(
                () -> new TableSlab(Geometry.FOUR_BY_NINE, Integer.MAX_VALUE),
                "page-table pages: 2,147,483,647 is out of range, 1 to 268,435,456");
        refused(
                () -> new Folios(PageSize.KIB_4, Integer.MAX_VALUE, 1),
                "page frames: 2,147,483,647 is out of range, 1 to 536,870,912");
        long end = Geometry.FOUR_BY_NINE.keys;
        assertThatCode(() -> new Memslot(3, end - 2, 2, 0, false, false))
                .doesNotThrowAnyException();
        refused(
                () -> new Memslot(3, end - 1, 2, 0, false, false),
                "gfn of memory slot 3: 68,719,476,735 is out of range, 0 to 68,719,476,734");
    }

    @Test
    void aMappingLiesWithinWhatPageTablesCover() {
        OneCpu.run(cpu -> {
            Host host = new Host(OneCpu.engine(), host(64, 64, 64, 1, 16));
            AddressSpace mm = host.newAddressSpace(cpu, host.memcgs().root());
            refused(
                    () ->
                            mm.map(
                                    cpu,
                                    Geometry.FOUR_BY_NINE.keys - 1,
                                    2,
                                    host.objects().newAnon(),
                                    0,
                                    true),
                    "virtual page of a mapping: 68,719,476,735 is out of range,"
                            + " 0 to 68,719,476,734");
        });
    }

    @Test
    void enginesSayHowManyActorsTheyHaveRoomFor() {
        Engine virtual = new VirtualEngine(COSTS, VirtualOptions.seed(1));
        fill(virtual, 4096);
        refused(() -> fill(virtual, 1), "actors: 4,097 is out of range, 1 to 4,096");
        Engine exploring = new ExploringEngine(COSTS);
        fill(exploring, 31);
        refused(() -> fill(exploring, 1), "actors of a search: 32 is out of range, 1 to 31");
    }

    private static void fill(Engine engine, int actors) {
        for (int i = 0; i < actors; i++) {
            engine.spawn("actor", cpu -> {});
        }
    }

    @Test
    void aSearchTellsSlabsThatItCannotNumber() {
        refused(
                () -> explore(new long[(1 << 20) + 1]),
                "words of a slab in a search: 1,048,577 is out of range, 0 to 1,048,576");
    }

    private static void explore(long[] slab) {
        Engine engine = new ExploringEngine(COSTS);
        engine.spawn("actor", cpu -> cpu.store(slab, slab.length - 1, 1));
        engine.run();
    }

    @Test
    void virtualTimeThatHasRunOutIsTold() {
        Engine engine = new VirtualEngine(COSTS, VirtualOptions.seed(1));
        engine.spawn(
                "sleeper",
                cpu -> {
                    for (int i = 0; i < 50; i++) {
                        cpu.sleep(3_600_000_000_000L);
                    }
                });
        engine.spawn("other", cpu -> cpu.sleep(1));
        engine.daemon(
                "daemon",
                cpu -> {
                    for (; ; ) {
                        cpu.sleep(1_800_000_000_000L);
                    }
                });
        assertThatThrownBy(engine::run).hasMessage("virtual time ends after 39 hours");
    }

    private static void refused(ThrowingCallable what, String line) {
        assertThatThrownBy(what)
                .isInstanceOf(Capacity.Exceeded.class)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(line);
    }
}
