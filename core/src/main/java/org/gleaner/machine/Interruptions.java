package org.gleaner.machine;

/// A virtual CPU's interruptible sections, and the interrupts that it sends into others'. Each is
/// part of a step of its CPU.
@OneCpu
final class Interruptions {
    private final VirtualCpu cpu;
    private final VirtualEngine engine;

    Interruptions(VirtualCpu cpu, VirtualEngine engine) {
        this.cpu = cpu;
        this.engine = engine;
    }

    long enter(Mailbox box) {
        takeBack(box.word);
        cpu.section = box;
        box.occupied = true;
        return box.word.value;
    }

    /// It is in none any more.
    void leave() {
        Mailbox box = cpu.section;
        if (box != null) {
            box.occupied = false;
            cpu.section = null;
        }
    }

    long pending(Mailbox box) {
        takeBack(box.word);
        return box.word.value;
    }

    long take(Mailbox box) {
        takeBack(box.word);
        long taken = box.word.value;
        box.word.value = 0;
        return taken;
    }

    /// Takes the mailbox's line back if a poster has it.
    private void takeBack(Word word) {
        if (word.lineOwner != cpu.id) {
            cpu.ticks = engine.lines.write(word, cpu.id, cpu.ticks);
        }
    }

    /// Posts a request to the first `n` boxes, and interrupts those whose CPUs are in their
    /// sections.
    void send(Mailbox[] boxes, int n, long request) {
        long[] costs = cpu.speeds.table;
        long post = costs[Cost.LINE_LOCAL_RMW.ordinal()];
        long loss = costs[Cost.TLB_IPI_VICTIM_GUEST.ordinal()];
        long now = cpu.ticks;
        int hit = 0;
        for (int i = 0; i < n; i++) {
            Mailbox box = boxes[i];
            Word word = box.word;
            // the request bit pulls the target's line here, the look at its mode finds it
            now = engine.lines.write(word, cpu.id, now) + post;
            word.value |= request;
            if (box.occupied) {
                hit++;
                engine.steal((HorizonCpu) box.cpu, loss);
            }
        }
        cpu.ticks = now;
        if (hit > 0) {
            cpu.charge(Cost.TLB_IPI_BASE);
            cpu.charge(Cost.TLB_IPI_TARGET, hit);
        }
    }

    /// Posts a request to the first `n` boxes by an instruction that all CPUs hear.
    void broadcast(Mailbox[] boxes, int n, long request) {
        for (int i = 0; i < n; i++) {
            boxes[i].word.value |= request;
        }
        broadcast(1);
    }

    /// So many by such instructions, for which nobody posts anything.
    void broadcast(int invalidations) {
        cpu.ticks = engine.broadcasts.heard(cpu.ticks, invalidations);
    }
}
