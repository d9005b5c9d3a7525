package org.gleaner.lab.execute.guest;

import java.util.Objects;
import org.gleaner.kvm.Vcpu;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.jspecify.annotations.Nullable;

/// The vCPUs of a guest and their boss, as the selftests have them: all of them do one job after
/// another, each on a CPU of its own, and meet in between.
///
/// ```
/// crew.hire(boss);
/// double seconds = crew.together(boss, (cpu, vcpu, index) -> ...);
/// crew.dismiss(boss);
/// ```
public final class Crew {
    /// What each vCPU does between two meetings.
    public interface Job {
        void run(Cpu cpu, Vcpu vcpu, int index);
    }

    private final GuestMachine machine;
    private final int vcpus;
    private final Rendezvous rendezvous;
    private final Word gone = new Word();

    /// Written by the boss before it lets the vCPUs go; null sends them home.
    private @Nullable Job job;

    public Crew(GuestMachine machine, int vcpus) {
        this.machine = machine;
        this.vcpus = vcpus;
        rendezvous = new Rendezvous(vcpus);
        machine.drainBy(rendezvous::nudge);
    }

    /// Starts the vCPUs, and waits until all are there.
    public void hire(Cpu boss) {
        for (int i = 0; i < vcpus; i++) {
            int index = i;
            machine.spawnVcpu("vcpu" + i, cpu -> work(cpu, index));
        }
        rendezvous.awaitAll(boss);
    }

    private void work(Cpu cpu, int index) {
        Vcpu vcpu = machine.vm().newVcpu(cpu);
        for (; ; ) {
            rendezvous.arrive(cpu, () -> false, machine.host()::drain);
            Job mine = job;
            if (mine == null) {
                cpu.fetchAdd(gone, 1);
                return;
            }
            mine.run(cpu, vcpu, index);
        }
    }

    /// Has all do a job, and waits until all have done it; seconds in between.
    public double together(Cpu boss, Job next) {
        long start = boss.now();
        begin(boss, next);
        await(boss);
        return (boss.now() - start) / 1e9;
    }

    /// Has all do a job, and does not wait.
    public void begin(Cpu boss, Job next) {
        job = Objects.requireNonNull(next);
        rendezvous.release(boss);
    }

    /// Whether any is still at the job that was begun.
    public boolean isBusy(Cpu boss) {
        return !rendezvous.allThere(boss);
    }

    /// Waits until the job that was begun is done by all.
    public void await(Cpu boss) {
        rendezvous.awaitAll(boss);
    }

    /// As [#await], spinning.
    public void spin(Cpu boss) {
        rendezvous.spinForAll(boss);
    }

    /// Sends all home, and waits until they are gone.
    public void dismiss(Cpu boss) {
        job = null;
        rendezvous.release(boss);
        boss.block(gone, -1, vcpus);
    }
}
