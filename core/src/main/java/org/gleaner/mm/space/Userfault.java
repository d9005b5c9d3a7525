package org.gleaner.mm.space;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;

/// A monitor that fills missing pages of mappings (`userfaultfd`), and the tasks that wait for it.
///
/// A task that waits says for which page, and then sleeps until something has happened that may
/// concern it: pages were filled, or a signal came. The monitor sleeps until somebody waits.
///
/// | word | writer | mode | reader | mode |
/// |---|---|---|---|---|
/// | `waiting`, by CPU: the page + 1 | the task that waits | store | the monitor | load |
/// | `asked` | a task, once it has said what it waits for | atomic | the monitor | load, sleep |
/// | `answered` | who fills or signals, after that | atomic | tasks, before they look again | load, sleep |
public final class Userfault {
    private final long[] waiting;
    private final Word asked = new Word();
    private final Word answered = new Word();

    public Userfault(int maxCpus) {
        waiting = new long[maxCpus];
    }

    /// For a task that is about to look whether it has to wait.
    public long generation(Cpu cpu) {
        return cpu.load(answered);
    }

    /// Waits for page `vpn`, unless something has happened since `generation`. No lock may be held.
    public void await(Cpu cpu, long vpn, long generation) {
        cpu.store(waiting, cpu.id, vpn + 1);
        cpu.fetchAdd(asked, 1);
        if (cpu.load(answered) == generation) {
            cpu.blockChange(answered, generation);
        }
        cpu.store(waiting, cpu.id, 0);
    }

    /// Something has happened: whoever waits looks again.
    public void wake(Cpu cpu) {
        cpu.fetchAdd(answered, 1);
    }

    /// For the monitor: a page that somebody waits for; sleeps until there is one.
    public long next(Cpu cpu) {
        for (; ; ) {
            long seen = cpu.load(asked);
            for (int i = 0; i < waiting.length; i++) {
                long vpn = cpu.load(waiting, i) - 1;
                if (vpn >= 0) {
                    return vpn;
                }
            }
            cpu.blockChange(asked, seen);
        }
    }
}
