package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.gleaner.kvm.pfn.PfnCache;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Caches of guest pages, refreshed while their pages come and go.
final class PfnCacheTest {
    private static final int PAGES = 16;
    private static final int CACHES = 4;

    private static VmConfig withContents(World world) {
        return World.config().withMemory(world.space);
    }

    /// S12: many invalidations, many refreshes; no valid cache has a page that is not the guest's.
    @ParameterizedTest
    @EnumSource(World.Kind.class)
    void s12_anInvalidateStormNeverLeavesAStalePageValid(World.Kind kind) {
        World world = new World(kind, PAGES, PAGES);
        int rounds = kind == World.Kind.THREADS ? 20_000 : 2_000;
        Word filled = new Word();
        Word running = new Word(3);
        AtomicLong reads = new AtomicLong();
        PfnCache[] caches = new PfnCache[CACHES];
        world.host(
                withContents(world),
                cpu -> {
                    Vcpu vcpu = world.vm.newVcpu(cpu);
                    for (int page = 0; page < PAGES; page++) {
                        vcpu.accessData(cpu, page, 0, true, 100 + page);
                    }
                    for (int i = 0; i < CACHES; i++) {
                        caches[i] = world.vm.direct().newCache();
                        assertThat(caches[i].activate(cpu, i)).isZero();
                    }
                    cpu.store(filled, 1);
                    SplittableRandom random = new SplittableRandom(3);
                    for (int n = 0; n < rounds; n++) {
                        world.space.evict(cpu, random.nextInt(CACHES));
                    }
                    cpu.fetchAdd(running, -1);
                    cpu.block(running, -1, 0);
                    for (PfnCache cache : caches) {
                        cache.deactivate(cpu);
                    }
                    assertThat(world.space.held()).isZero();
                    assertThat(world.space.evictions.get()).isPositive();
                    assertThat(reads.get()).isPositive();
                    world.vm.destroy(cpu);
                });
        for (int user = 0; user < 2; user++) {
            int seed = user;
            world.actor(
                    "user" + user,
                    cpu -> {
                        cpu.block(filled, -1, 1);
                        SplittableRandom random = new SplittableRandom(seed);
                        for (int n = 0; n < rounds; n++) {
                            int page = random.nextInt(CACHES);
                            reads.addAndGet(read(cpu, world, caches[page], 100 + page));
                        }
                        cpu.fetchAdd(running, -1);
                    });
        }
        world.run();
    }

    private static int read(Cpu cpu, World world, PfnCache cache, long written) {
        if (!cache.lockValid(cpu)) {
            assertThat(cache.refresh(cpu)).isZero();
            return 0;
        }
        long found = world.space.read(cache.pfn(), 0);
        cache.unlock(cpu);
        assertThat(found).isEqualTo(written);
        return 1;
    }

    @Test
    void aCacheOfNoSlotIsActiveAndNeverValid() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                4,
                (cpu, world, vcpu) -> {
                    PfnCache cache = world.vm.direct().newCache();
                    assertThat(cache.refresh(cpu)).isEqualTo(PfnCache.INACTIVE);
                    assertThat(cache.activate(cpu, 100)).isEqualTo(PfnCache.FAULT);
                    assertThat(cache.lockValid(cpu)).isFalse();
                    world.vm.createSlot(cpu, 1, 100, 1, 0, false);
                    assertThat(cache.refresh(cpu)).isZero();
                    assertThat(cache.lockValid(cpu)).isTrue();
                    cache.unlock(cpu);
                    cache.deactivate(cpu);
                    assertThat(cache.lockValid(cpu)).isFalse();
                    assertThat(cache.refresh(cpu)).isEqualTo(PfnCache.INACTIVE);
                    assertThat(world.space.held()).isZero();
                });
    }

    @Test
    void aChangeOfSlotsMakesEveryCacheAskAgain() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                4,
                (cpu, world, vcpu) -> {
                    world.vm.createSlot(cpu, 1, 100, 1, 0, false);
                    world.vm.createSlot(cpu, 2, 200, 1, 0, true);
                    PfnCache cache = world.vm.direct().newCache();
                    assertThat(cache.activate(cpu, 200)).isEqualTo(PfnCache.FAULT);
                    assertThat(cache.activate(cpu, 100)).isZero();
                    world.vm.deleteSlot(cpu, 2);
                    assertThat(cache.lockValid(cpu)).isFalse();
                    assertThat(cache.refresh(cpu)).isZero();
                    world.vm.deleteSlot(cpu, 1);
                    assertThat(cache.refresh(cpu)).isEqualTo(PfnCache.FAULT);
                    assertThat(cache.lockValid(cpu)).isFalse();
                    cache.deactivate(cpu);
                });
    }

    /// The page is released clean: a write through the cache is lost if the host thinks so too.
    @Test
    void whatIsWrittenThroughACacheOfACleanPageMayBeLost() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                4,
                (cpu, world, vcpu) -> {
                    PfnCache cache = world.vm.direct().newCache();
                    assertThat(cache.activate(cpu, 0)).isZero();
                    assertThat(cache.lockValid(cpu)).isTrue();
                    assertThat(world.space.isDirty(cache.pfn())).isFalse();
                    world.space.write(cache.pfn(), 0, 7);
                    cache.unlock(cpu);
                    assertThat(world.space.evict(cpu, 0)).isTrue();
                    assertThat(cache.lockValid(cpu)).isFalse();
                    assertThat(cache.refresh(cpu)).isZero();
                    assertThat(cache.lockValid(cpu)).isTrue();
                    assertThat(world.space.read(cache.pfn(), 0)).isZero();
                    cache.unlock(cpu);
                    cache.deactivate(cpu);
                });
    }

    @Test
    void aVmDoesNotEndBeforeItsCaches() {
        assertThatThrownBy(() ->
                        World.alone(
                                World.Kind.VIRTUAL,
                                World.config(),
                                1,
                                (cpu, world, vcpu) ->
                                        world.vm.direct().newCache().activate(cpu, 0)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 caches are still active");
    }
}
