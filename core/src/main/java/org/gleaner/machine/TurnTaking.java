package org.gleaner.machine;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// The [Turns] that a CPU in virtual time is at: its errand, until they end.
///
/// A turn that accesses words is taken when its line has been asked for and has come, and uses that
/// line once: a second access, or a wait that is none of a turn's, fails. What a turn throws is
/// thrown on the CPU's own stack.
@OneCpu
final class TurnTaking implements Errand {
    private final HorizonCpu cpu;
    private final LineAccess lines;
    private final Waiting waiting;

    /// What is not ended yet, while the CPU is at turns.
    private @Nullable Turns code;

    /// The line that the next turn accesses has come.
    private boolean lineIsHere;

    /// What has gone wrong in one.
    private @Nullable Throwable thrown;

    TurnTaking(HorizonCpu cpu, LineAccess lines, Waiting waiting) {
        this.cpu = cpu;
        this.lines = lines;
        this.waiting = waiting;
    }

    /// Takes all turns of `all`: on this stack where nobody else will act soon, then on any.
    void perform(Turns all) {
        if (cpu.errand != null) {
            throw new IllegalStateException("turns within a turn");
        }
        cpu.drain();
        while (cpu.hasRoom()) {
            lines.plainly(all.stores());
            if (!all.turn(cpu)) {
                return;
            }
        }
        code = all;
        lineIsHere = false;
        cpu.errand = this;
        if (!mayGoOn()) {
            cpu.giveWay();
        }
        Throwable t = thrown;
        if (t != null) {
            thrown = null;
            throw FailedIn.<RuntimeException>rethrow(t);
        }
    }

    /// Takes turns while the CPU is the earliest.
    @Override
    public boolean mayGoOn() {
        Turns now = requireNonNull(code);
        try {
            while (cpu.isEarliest()) {
                if (!lineIsHere && now.needsLine) {
                    asksForLine(now);
                    continue;
                }
                boolean more = now.turn(cpu);
                lineIsHere = false;
                if (!more) {
                    end();
                    return true;
                }
                if (cpu.state == Activity.WAITING) {
                    return false;
                }
            }
        } catch (Throwable t) {
            thrown = t;
            end();
            return true;
        }
        if (cpu.ending.isAborting()) {
            thrown = Stop.INSTANCE;
            end();
            return true;
        }
        cpu.becomes(Activity.READY, cpu.key());
        return false;
    }

    private void asksForLine(Turns now) {
        Word next = now.word();
        if (now.reads()) {
            lines.asksToRead(next);
        } else {
            lines.asksToWrite(next, now.stores());
        }
        lineIsHere = true;
    }

    /// This is the access of a turn, for which the line has come.
    void usesLine() {
        if (!lineIsHere) {
            throw new IllegalStateException("a second ordered step, or another wait, in one turn");
        }
        lineIsHere = false;
    }

    /// A turn waits for what [#waiting] expects of `w`; false if that turn is to be taken again.
    boolean sees(Turns now, Word w) {
        usesLine();
        long value = w.value;
        if (waiting.wantsToSee(value)) {
            now.seen = value;
            return true;
        }
        if (cpu.ending.isAborting()) {
            throw Stop.INSTANCE;
        }
        waiting.join(w);
        cpu.becomes(Activity.WAITING, EventTree.NEVER);
        return false;
    }

    private void end() {
        code = null;
        cpu.errand = null;
        lineIsHere = false;
    }
}
