package org.gleaner.lab.execute.trial;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;

/// What the VMs of a trial and its boss tell each other. All populate their memory; the boss lets
/// some time pass and has them watched; each says when it has been watched for long enough, and
/// goes on until all have.
final class TrialPhases {
    private final int vms;
    private final Word populated = new Word();
    private final Word watched = new Word();
    private final Word done = new Word();

    TrialPhases(int vms) {
        this.vms = vms;
    }

    /// A VM has its memory, or will not get it.
    void populated(Cpu cpu) {
        cpu.fetchAdd(populated, 1);
    }

    void awaitPopulated(Cpu boss) {
        boss.block(populated, -1, vms);
    }

    /// From now on VMs are watched.
    void watch(Cpu boss) {
        boss.store(watched, 1);
    }

    boolean areWatched(Cpu cpu) {
        return cpu.load(watched) == 1;
    }

    /// A VM has been watched for long enough, or is no more.
    void done(Cpu cpu) {
        cpu.fetchAdd(done, 1);
    }

    boolean areOver(Cpu cpu) {
        return cpu.load(done) == vms;
    }

    void awaitDone(Cpu boss) {
        boss.block(done, -1, vms);
    }
}
