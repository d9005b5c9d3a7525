package org.gleaner.kvm;

import org.gleaner.kvm.arch.X86;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.Host;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;

/// A guest of one vCPU on a small host of real memory management: its guest pages from 0 on are a
/// process's anonymous memory, those from [#OTHER] on what a test maps.
final class GuestOfHost {
    /// First guest page of the second slot, and its host page.
    static final long OTHER = 1 << 16;

    private static final GuestMemory FRAME_NUMBERS =
            new GuestMemory() {
                @Override
                public long read(int pfn, int word) {
                    return pfn;
                }

                @Override
                public void write(int pfn, int word, long value) {}
            };

    final Host host;
    final Process process;
    final UserPages pages;
    final Vm vm;
    final Vcpu vcpu;

    private GuestOfHost(Cpu cpu, Rcu rcu, SmallHost small, VmConfig config, long limit, int ram) {
        host = small.host();
        process = small.process(cpu, limit, ram);
        pages = host.pages().of(process.mm);
        vm = Vm.create(cpu, config.withMemory(FRAME_NUMBERS), pages, rcu);
        vm.createSlot(cpu, 0, 0, ram, Process.BASE, false);
        vcpu = vm.newVcpu(cpu);
    }

    interface Body {
        void run(Cpu cpu, GuestOfHost guest);
    }

    static VmConfig config() {
        return VmConfig.of(X86.EPT, World.merged());
    }

    /// Runs it by one actor; the VM and the process are gone before the host is audited.
    ///
    /// @param limit of the process's cgroup, in pages
    /// @param ram guest pages
    static void run(SmallHost small, VmConfig config, long limit, int ram, Body body) {
        Rcu rcu = Rcu.start(small.engine(), 50_000);
        small.run(cpu -> {
            GuestOfHost guest = new GuestOfHost(cpu, rcu, small, config, limit, ram);
            body.run(cpu, guest);
            guest.host.mappingChanges().exit(cpu, guest.process.mm);
            guest.vm.destroy(cpu);
        });
    }

    /// Maps `pages` pages of an object as the second slot.
    Vma map(Cpu cpu, RmapObject object, int pages, boolean writable) {
        Vma vma = process.mm.map(cpu, OTHER, pages, object, 0, writable);
        vm.createSlot(cpu, 1, OTHER, pages, OTHER, false);
        return vma;
    }

    /// The frame that a guest page is read from; or an error.
    long frame(Cpu cpu, long gfn) {
        long error = vcpu.accessData(cpu, gfn, 0, false, 0);
        return error != 0 ? error : vcpu.data();
    }
}
