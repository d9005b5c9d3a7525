package org.gleaner.machine;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// How a CPU in virtual time comes by the lines of the words that it accesses.
///
/// An access is two ordered steps: the CPU asks for the line when it is the earliest, and acts when
/// it is that again with the line there. Each is asked for once: by the CPU itself, or, if it has
/// to park before, as its errand, and then it parks once for both. A write that was asked for as a
/// store is done as one: it begins the wait that [TimedCpu] keeps.
@OneCpu
final class LineAccess implements Errand {
    private final HorizonCpu cpu;
    private final LineModel lines;

    /// The line that the errand is to ask for.
    private @Nullable Word wanted;

    private boolean wantedToRead;

    /// The next write is one of [Cpu#plainly].
    private boolean plain;

    /// The write that was asked for last is one.
    private boolean store;

    /// How long it is waited for, if so.
    private long storeTakes;

    LineAccess(HorizonCpu cpu, LineModel lines) {
        this.cpu = cpu;
        this.lines = lines;
    }

    /// Says whether the next write is a store.
    void plainly(boolean now) {
        plain = now;
    }

    /// Returns with the line there, to be read.
    void toRead(Word w) {
        cpu.drain();
        if (cpu.isEarliest()) {
            asksToRead(w);
            cpu.inTurn();
        } else {
            wanted = w;
            wantedToRead = true;
            cpu.sendOn(this);
        }
    }

    /// Returns with the line there, and the write as good as done.
    void toWrite(Word w) {
        store = plain;
        plain = false;
        cpu.readyFor(store);
        if (cpu.isEarliest()) {
            asksToWrite(w, store);
            cpu.inTurn();
        } else {
            wanted = w;
            wantedToRead = false;
            cpu.sendOn(this);
        }
        wrote();
    }

    /// Writes what nobody acts on: as soon as the line is asked for.
    void touches(Word w) {
        store = plain;
        plain = false;
        cpu.readyFor(store);
        cpu.inTurn();
        asksToWrite(w, store);
        wrote();
    }

    /// The write is done for which the line has come in a turn.
    void toWriteInTurn() {
        if (plain && !store) {
            throw new IllegalStateException("a store of a turn that does not say so");
        }
        plain = false;
        wrote();
    }

    private void wrote() {
        cpu.stored(storeTakes);
    }

    /// Asks for a line to read, and is at when it comes.
    void asksToRead(Word w) {
        cpu.ticks = lines.read(w, cpu.id, cpu.ticks);
        cpu.drained();
    }

    /// Asks for a line to write, and is at when it comes.
    void asksToWrite(Word w, boolean asStore) {
        store = asStore;
        long asked = asStore ? cpu.worksAt() : cpu.ticks;
        cpu.ticks = Math.max(cpu.ticks, lines.write(w, cpu.id, asked));
        storeTakes = asStore ? cpu.ticks - asked : 0;
        cpu.drained();
    }

    @Override
    public boolean mayGoOn() {
        Word w = requireNonNull(wanted);
        cpu.errand = null;
        if (wantedToRead) {
            asksToRead(w);
        } else {
            asksToWrite(w, store);
        }
        if (cpu.isEarliest()) {
            return true;
        }
        cpu.becomes(Activity.READY, cpu.key());
        return false;
    }
}
