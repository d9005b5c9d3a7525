package org.gleaner.check.kvm;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.pfn.PfnCache;
import org.gleaner.machine.Cpu;
import org.jspecify.annotations.Nullable;

/// The kernel's own uses of guest pages against what takes the pages away.
public final class DirectPrograms {
    private DirectPrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                                    "cache-refresh",
                                    "a cached page is valid only while it is the guest's page",
                                    "gfn_to_pfn_cache: mmu_notifier_retry_cache",
                                    DirectPrograms::cacheRefresh)
                            .within(3),
                    new Program(
                                    "cache-copy",
                                    "a cached page is the one that the host maps, after it was copied",
                                    "gfn_to_pfn_cache: the sequence is noted before the lookup",
                                    DirectPrograms::cacheCopy)
                            .within(3));

    /// The cache is refreshed and read while its page is taken away again and again.
    private static void cacheRefresh(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        @Nullable PfnCache[] made = new PfnCache[1];
        vm.ready((cpu, vcpu) -> {
            vcpu.accessData(cpu, 0, 0, true, 7);
            PfnCache cache = vm.vm().direct().newCache();
            cache.activate(cpu, 0);
            vm.space.evict(cpu, 0);
            made[0] = cache;
        });
        vm.vcpu(
                "user",
                (cpu, vcpu) -> {
                    PfnCache cache = requireNonNull(made[0]);
                    cache.refresh(cpu);
                    readsSeven(cpu, vm, cache);
                });
        vm.actor("evict", cpu -> vm.space.evict(cpu, 0));
        stage.after(cpu -> {
            readsSeven(cpu, vm, requireNonNull(made[0]));
            vm.space.checkReferences();
        });
    }

    /// The page is copied whoever holds it, so a lookup keeps the old one from nothing.
    private static void cacheCopy(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        @Nullable PfnCache[] made = new PfnCache[1];
        vm.ready((cpu, vcpu) -> {
            made[0] = vm.vm().direct().newCache();
            made[0].activate(cpu, 0);
            vm.space.copy(cpu, 0);
        });
        vm.vcpu("user", (cpu, vcpu) -> requireNonNull(made[0]).refresh(cpu));
        vm.actor("copy", cpu -> vm.space.copy(cpu, 0));
        stage.after(cpu -> {
            PfnCache cache = requireNonNull(made[0]);
            if (cache.lockValid(cpu)) {
                Finding.check(
                        cache.pfn() == vm.space.frameOf(0),
                        "a valid cache has page " + cache.pfn() + ", the host another");
                cache.unlock(cpu);
            }
            vm.space.checkReferences();
        });
    }

    private static void readsSeven(Cpu cpu, VmStage vm, PfnCache cache) {
        if (cache.lockValid(cpu)) {
            long found = vm.space.read(cache.pfn(), 0);
            cache.unlock(cpu);
            Finding.check(found == 7, "a valid cache reads " + found + " where 7 was written");
        }
    }
}
