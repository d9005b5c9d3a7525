package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.kvm.MemoryTags.BUSY;
import static org.gleaner.kvm.MemoryTags.FAULT;
import static org.gleaner.kvm.MemoryTags.INVALID;
import static org.gleaner.kvm.Seed003World.HOLE;
import static org.gleaner.kvm.Seed003World.PAGES;
import static org.gleaner.kvm.Seed003World.READ_ONLY;

import org.gleaner.kvm.arch.Arm64;
import org.gleaner.kvm.arm64.Stage2Steps;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.RmapObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Of the series that made the ownership of a guest's host pages plain, the patches about arm64:
/// faults and memory tags; `docs/seed-003.md` is the table. The last word of a page stands for its
/// tags.
final class Seed003Arm64Test {
    private static final int TAGS = FakeSpace.WORDS - 1;
    private static final long PAGE = 4096;

    private static VmConfig config() {
        return VmConfig.of(Arm64.HARDWARE_FLAG, World.merged());
    }

    private static void run(World.Body body) {
        Seed003World.run(config(), body);
    }

    private static long write(Cpu cpu, World world, long gfn, long pages, long tags) {
        return world.vm
                .memoryTags()
                .copyToGuest(
                        cpu,
                        gfn,
                        pages,
                        (c, pfn, page) -> {
                            world.space.write(pfn, TAGS, tags + page);
                            return true;
                        });
    }

    private static long read(Cpu cpu, World world, long gfn, long pages, long[] into) {
        return world.vm
                .memoryTags()
                .copyFromGuest(
                        cpu,
                        gfn,
                        pages,
                        (c, pfn, page) -> {
                            into[(int) page] = world.space.read(pfn, TAGS);
                            return true;
                        });
    }

    @Test
    void patch54And55AFaultGivesItsPageBackBeforeMmuLockIsDropped() {
        run((cpu, world, vcpu) -> {
            boolean[] locked = new boolean[1];
            world.space.beforePut = c -> locked[0] = world.vm.holdsMmuLock(c);
            assertThat(vcpu.access(cpu, 3, true)).isZero();
            assertThat(locked[0]).isTrue();
            assertThat(world.space.marked.get()).isEqualTo(1);
            assertThat(world.space.isDirty(world.space.frameOf(3))).isTrue();
        });
    }

    /// One that is overtaken by an invalidation leaves its page as it was; its second turn marks.
    @Test
    void patch55AFaultInVainMarksNothing() {
        run((cpu, world, vcpu) -> {
            world.space.afterLookup =
                    c -> {
                        world.space.afterLookup = x -> {};
                        world.space.evict(c, 7);
                    };
            assertThat(vcpu.access(cpu, 3, true)).isZero();
            assertThat(vcpu.stat().retries()).as("whole VM").isEqualTo(1);
            assertThat(world.space.marked.get()).isEqualTo(1);
        });
    }

    @Test
    void patch76TagsThatAreWrittenMakeAPageDirtyAndTagsThatAreReadDoNot() {
        run((cpu, world, vcpu) -> {
            long[] tags = new long[3];
            assertThat(read(cpu, world, 2, 3, tags)).isEqualTo(3 * PAGE);
            assertThat(world.space.asked).containsExactly(0, 0, 0);
            assertThat(world.space.marked.get()).isEqualTo(3);
            assertThat(world.space.isDirty(world.space.frameOf(3))).isFalse();
            world.space.asked.clear();
            assertThat(write(cpu, world, 2, 3, 70)).isEqualTo(3 * PAGE);
            assertThat(world.space.asked).containsExactly(Lookup.WRITE, Lookup.WRITE, Lookup.WRITE);
            assertThat(world.space.isDirty(world.space.frameOf(3))).isTrue();
            assertThat(world.space.evict(cpu, 3)).isTrue();
            read(cpu, world, 2, 3, tags);
            assertThat(tags).as("the middle one has been swapped").containsExactly(70, 71, 72);
        });
    }

    @Test
    void patch76ACopyEndsWhereThereIsNoPageAndSaysHowFarItCame() {
        run((cpu, world, vcpu) -> {
            long[] tags = new long[PAGES];
            assertThat(write(cpu, world, HOLE, 1, 7)).isEqualTo(FAULT);
            assertThat(write(cpu, world, PAGES - 2, 4, 7)).isEqualTo(2 * PAGE);
            assertThat(write(cpu, world, READ_ONLY, 1, 7)).isEqualTo(FAULT);
            assertThat(read(cpu, world, READ_ONLY, PAGES, tags)).isEqualTo(PAGES * PAGE);
            assertThat(write(cpu, world, 0, 0, 7)).isZero();
            assertThat(write(cpu, world, 0, (1L << 31) / PAGE, 7)).isEqualTo(INVALID);
            assertThat(write(cpu, world, 0, -1, 7)).isEqualTo(INVALID);
        });
    }

    /// The page whose tags the buffer had no more of is given back all the same, and is dirty.
    @Test
    void patch76ABufferThatEndsTooSoonEndsTheCopy() {
        run((cpu, world, vcpu) -> {
            MemoryTags tags = world.vm.memoryTags();
            assertThat(tags.copyToGuest(cpu, 2, 3, (c, pfn, page) -> page < 1)).isEqualTo(PAGE);
            assertThat(world.space.isDirty(world.space.frameOf(3))).isTrue();
            assertThat(tags.copyToGuest(cpu, 2, 3, (c, pfn, page) -> false)).isEqualTo(FAULT);
            assertThat(world.space.held()).isZero();
        });
    }

    /// S16.
    @Test
    void patch02NoTagsAreWrittenWhileAnySlotIsLogged() {
        run((cpu, world, vcpu) -> {
            world.vm.createSlot(cpu, 2, 200, 4, 8, false);
            world.vm.dirtyLog().begin(cpu, 2);
            assertThat(write(cpu, world, 3, 1, 7)).as("another slot is logged").isEqualTo(BUSY);
            assertThat(world.space.asked).as("nothing is looked up").isEmpty();
            assertThat(read(cpu, world, 3, 1, new long[1])).isEqualTo(PAGE);
            world.vm.dirtyLog().begin(cpu, 0);
            world.vm.dirtyLog().end(cpu, 2, LogEnd.RECOVER);
            assertThat(write(cpu, world, 3, 1, 7)).isEqualTo(BUSY);
            world.vm.dirtyLog().end(cpu, 0, LogEnd.RECOVER);
            assertThat(write(cpu, world, 3, 1, 7)).isEqualTo(PAGE);
        });
    }

    /// Before it they were, and no log knew.
    @Test
    void patch02BeforeItTheLogMissedWhatWasWritten() {
        Stage2Steps before =
                new Stage2Steps() {
                    @Override
                    public boolean tagsAskForLogs() {
                        return false;
                    }
                };
        Seed003World.run(
                config().withSteps(before),
                (cpu, world, vcpu) -> {
                    world.vm.dirtyLog().begin(cpu, 0);
                    assertThat(write(cpu, world, 3, 1, 7)).isEqualTo(PAGE);
                    assertThat(world.vm.dirtyLog().get(cpu, 0)[0]).isZero();
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void patch01PagesOfADeviceHaveNoTagsAndAreGivenBack(boolean fixed) {
        Stage2Steps steps =
                new Stage2Steps() {
                    @Override
                    public boolean putsOfflinePages() {
                        return fixed;
                    }
                };
        SmallHost small = SmallHost.virtual();
        Rcu rcu = Rcu.start(small.engine(), 50_000);
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
            small.host().mappingChanges().unmap(cpu, p.vma);
            RmapObject device = small.host().objects().newFile(PAGES, Memfd.Kind.DEVICE_PAGES);
            p.mm.map(cpu, Process.BASE, PAGES, device, 0, true);
            VmConfig config = config().withSteps(steps);
            Vm vm = Vm.create(cpu, config, small.host().pages().of(p.mm), rcu);
            vm.createSlot(cpu, 0, 0, PAGES, Process.BASE, false);
            Vcpu vcpu = vm.newVcpu(cpu);
            assertThat(vcpu.access(cpu, 3, true)).isZero();
            long before = FolioLayout.refcount(p.state(cpu, 3));
            MemoryTags tags = vm.memoryTags();
            MemoryTags.OnePage never =
                    (c, pfn, page) -> {
                        throw new AssertionError("tags of a device's page are copied");
                    };
            assertThat(tags.copyToGuest(cpu, 3, 1, never)).isEqualTo(FAULT);
            assertThat(tags.copyFromGuest(cpu, 3, 1, never)).isEqualTo(FAULT);
            long leaked = fixed ? 0 : 2;
            assertThat(FolioLayout.refcount(p.state(cpu, 3)) - before).isEqualTo(leaked);
            for (; leaked > 0; leaked--) {
                small.host().folios().dropReference(cpu, p.pfn(3));
            }
            vm.destroy(cpu);
        });
    }

    /// The same call on a process's own memory.
    @Test
    void aProcesssPagesHaveTags() {
        SmallHost small = SmallHost.virtual();
        Rcu rcu = Rcu.start(small.engine(), 50_000);
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
            Vm vm = Vm.create(cpu, config(), small.host().pages().of(p.mm), rcu);
            vm.createSlot(cpu, 0, 0, PAGES, Process.BASE, false);
            MemoryTags tags = vm.memoryTags();
            assertThat(tags.copyToGuest(cpu, 0, PAGES, (c, pfn, page) -> pfn == p.pfn(page)))
                    .isEqualTo(PAGES * PAGE);
            vm.destroy(cpu);
        });
    }
}
