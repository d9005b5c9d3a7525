package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.pfn.FaultInPage;
import org.gleaner.kvm.pfn.HostMap;
import org.gleaner.kvm.pfn.PageLedger;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.pagetable.RadixTable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What must hold of pages that KVM looks up, maps and gives back, P1 to P15 (P11 as L1 to L7): for
/// each, something is broken on purpose, and the rule that says so fires, on all three engines.
final class PageInvariantsTest {
    private static final int PAGES = 600;

    private enum On {
        THREADS(() -> new ThreadEngine(World.COSTS)),
        VIRTUAL(() -> new VirtualEngine(World.COSTS, VirtualOptions.seed(7))),
        EXPLORING(() -> new ExploringEngine(World.COSTS));

        final Supplier<Engine> engine;

        On(Supplier<Engine> engine) {
            this.engine = engine;
        }
    }

    /// @param rule its number
    /// @param broken what is done wrongly
    /// @param fires what the assertion that sees it says first
    private record Break(
            String rule, String broken, String fires, VmConfig config, World.Body body) {
        @Override
        public String toString() {
            return rule + ": " + broken;
        }
    }

    private static Break broken(
            String rule, String what, String fires, SpteSteps steps, World.Body body) {
        return new Break(rule, what, fires, World.config().withTlb(64).withSteps(steps), body);
    }

    private static Break broken(String rule, String what, String fires, World.Body body) {
        return broken(rule, what, fires, SpteSteps.LINUX, body);
    }

    private static final List<Break> TABLE =
            List.of(
                    broken(
                            "P1 references balance",
                            "a fault that retries keeps its page",
                            "ledger-empty",
                            new SpteSteps() {
                                @Override
                                public int releasesOnRetry() {
                                    return 0;
                                }
                            },
                            PageInvariantsTest::retry),
                    broken(
                            "P1 references balance",
                            "a fault that retries gives its page back twice",
                            "released-once",
                            new SpteSteps() {
                                @Override
                                public int releasesOnRetry() {
                                    return 2;
                                }
                            },
                            PageInvariantsTest::retry),
                    new Break(
                            "P2 what nobody counts is left alone",
                            "a driver's frame is taken for a page",
                            "page 3 of a driver is freed under it",
                            World.config().withPfn(PfnDesign.BEFORE),
                            (cpu, world, vcpu) -> {
                                world.space.driverFrame = 3;
                                world.space.getsUnlessZero = false;
                                vcpu.access(cpu, 1, true);
                            }),
                    broken(
                            "P3 an invalidated page is mapped nowhere",
                            "a zap leaves the entry",
                            "I4: gfn 1",
                            new SpteSteps() {
                                @Override
                                public long take(
                                        Cpu cpu,
                                        SpteFormat format,
                                        long[] words,
                                        int i,
                                        int level,
                                        long old,
                                        long empty) {
                                    return old;
                                }
                            },
                            (cpu, world, vcpu) -> {
                                vcpu.access(cpu, 1, true);
                                world.space.evict(cpu, 1);
                            }),
                    broken(
                            "P4 no access to a freed page",
                            "a zap without its flush",
                            "I10",
                            new SpteSteps() {
                                @Override
                                public boolean flushesAfterZap() {
                                    return false;
                                }
                            },
                            (cpu, world, vcpu) -> {
                                vcpu.access(cpu, 1, true);
                                world.space.evict(cpu, 1);
                                vcpu.access(cpu, 1, true);
                            }),
                    broken(
                            "P4 no access to a freed page",
                            "the host frees one and tells nobody; its translation is cached",
                            "P4: gfn 1",
                            PageInvariantsTest::freedUnderTheGuest),
                    new Break(
                            "P4 no access to a freed page",
                            "the same, and every access walks",
                            "P4: gfn 1",
                            World.config(),
                            PageInvariantsTest::freedUnderTheGuest),
                    new Break(
                            "P4 no access to a freed page",
                            "the same, in a run of hits",
                            "P4: gfn 2",
                            World.config(),
                            (cpu, world, vcpu) -> {
                                vcpu.runSequential(cpu, 0, 4, true);
                                vcpu.runSequential(cpu, 0, 4, false);
                                world.space.unmap(cpu, 2);
                                vcpu.runSequential(cpu, 0, 4, false);
                            }),
                    broken(
                            "P5 a guest's write is kept",
                            "a writable page is released clean",
                            "I3",
                            new SpteSteps() {
                                @Override
                                public boolean releasesDirty() {
                                    return false;
                                }
                            },
                            (cpu, world, vcpu) -> {
                                vcpu.access(cpu, 1, true);
                                world.space.evict(cpu, 1);
                            }),
                    broken(
                            "P6 pages are marked under mmu_lock",
                            "a fault marks its page when it has dropped the lock",
                            "F4 locked-or-unused",
                            new SpteSteps() {
                                @Override
                                public boolean releasesLocked() {
                                    return false;
                                }
                            },
                            (cpu, world, vcpu) -> vcpu.access(cpu, 1, true)),
                    broken(
                            "P7 a used page is released under mmu_lock",
                            "somebody else uses one without",
                            "F4 locked-or-unused",
                            (cpu, world, vcpu) -> {
                                FaultInPage page =
                                        page(world, new QueuedRwLock(LockClass.MMU_LOCK));
                                page.lookUp(cpu, 1, 0, new Fault());
                                page.release(cpu, false, false);
                            }),
                    broken(
                            "P8 nobody sleeps under mmu_lock",
                            "a lookup does",
                            "F1 sleeping-allowed",
                            (cpu, world, vcpu) -> {
                                QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
                                lock.readLock(cpu);
                                page(world, lock).lookUp(cpu, 1, 0, new Fault());
                            }),
                    broken(
                            "P9 read-only stays read-only",
                            "a page that the host maps read-only is mapped writable",
                            "P9",
                            new SpteSteps() {
                                @Override
                                public boolean keepsReadOnly() {
                                    return false;
                                }
                            },
                            (cpu, world, vcpu) -> {
                                world.space.writable = false;
                                vcpu.access(cpu, 1, false);
                            }),
                    broken(
                            "P10 what the kernel maps is pinned",
                            "it gets a reference in place of a pin",
                            "P10 pinned",
                            (cpu, world, vcpu) -> {
                                world.space.forgetsPins = true;
                                HostMap map = world.vm.direct().newMap();
                                map.map(cpu, 1, true);
                            }),
                    broken(
                            "P11 (L1) what may be written is in the log",
                            "the fast fault does not mark it",
                            "L1",
                            new SpteSteps() {
                                @Override
                                public boolean marksFastFaults() {
                                    return false;
                                }
                            },
                            (cpu, world, vcpu) -> {
                                vcpu.access(cpu, 1, true);
                                world.vm.dirtyLog().begin(cpu, 0);
                                vcpu.access(cpu, 1, true);
                            }),
                    broken(
                            "P11 (L4) a write after the log was read is in the next",
                            "the log is read without a flush",
                            "L4",
                            new SpteSteps() {
                                @Override
                                public boolean flushesAfterClear() {
                                    return false;
                                }
                            },
                            (cpu, world, vcpu) -> {
                                world.vm.dirtyLog().begin(cpu, 0);
                                vcpu.access(cpu, 1, true);
                                world.vm.dirtyLog().get(cpu, 0);
                                vcpu.access(cpu, 1, true);
                            }),
                    broken(
                            "P12 A goes by aging or a zap alone, D by the log or a zap",
                            "aging takes D as well",
                            "I2",
                            new SpteSteps() {
                                @Override
                                public long old(SpteFormat format, long leaf) {
                                    return leaf & ~(format.accessed | format.dirty);
                                }
                            },
                            (cpu, world, vcpu) -> {
                                vcpu.access(cpu, 1, true);
                                world.space.notifiers.clearYoung(cpu, 1, 2);
                            }),
                    broken(
                            "P13 a stale fault installs nothing",
                            "a fault does not ask the gate",
                            "I9",
                            new SpteSteps() {
                                @Override
                                public boolean asksTheGate() {
                                    return false;
                                }
                            },
                            PageInvariantsTest::retry),
                    broken(
                            "P14 an error owns nothing",
                            "a lookup answers neither page nor error",
                            "P14",
                            (cpu, world, vcpu) -> {
                                world.space.silent = true;
                                vcpu.access(cpu, 1, true);
                            }),
                    broken(
                            "P15 a huge leaf is aligned in guest and host alike",
                            "the host claims a huge leaf where there is none",
                            "I15",
                            (cpu, world, vcpu) -> {
                                world.space.level = RadixTable.LEVEL_2M;
                                vcpu.access(cpu, 1, true);
                            }));

    private static FaultInPage page(World world, QueuedRwLock lock) {
        return new FaultInPage(world.space, PfnDesign.MERGED, lock, new PageLedger());
    }

    private static void freedUnderTheGuest(Cpu cpu, World world, Vcpu vcpu) {
        vcpu.access(cpu, 1, true);
        world.space.unmap(cpu, 1);
        vcpu.access(cpu, 1, false);
    }

    /// An eviction overtakes the lookup of a fault.
    private static void retry(Cpu cpu, World world, Vcpu vcpu) {
        world.space.afterLookup =
                c -> {
                    world.space.afterLookup = x -> {};
                    world.space.evict(c, 1);
                };
        vcpu.access(cpu, 1, true);
    }

    static Stream<Arguments> onEveryEngine() {
        return TABLE.stream()
                .flatMap(row -> Arrays.stream(On.values()).map(on -> Arguments.of(row, on)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("onEveryEngine")
    void fires(Break row, On on) {
        World world = new World(on.engine.get(), PAGES, PAGES);
        assertThatThrownBy(() -> world.alone(row.config, row.body))
                .hasStackTraceContaining("AssertionError: " + row.fires);
    }
}
