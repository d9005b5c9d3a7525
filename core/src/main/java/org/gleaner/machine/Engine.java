package org.gleaner.machine;

import java.util.List;

/// Runs actors, and decides what a shared step of a [Cpu] means: nothing but the atomic (real
/// threads), an event in (time, actor) order (virtual time), or a choice of who runs next
/// (exploring).
public interface Engine {
    /// CPUs that a run can have, daemons included.
    int MOST_CPUS = 4096;

    /// Adds an actor that the run waits for. May be called before [#run] or by a running actor; the
    /// new actor starts at the caller's time.
    Cpu spawn(String name, Actor body);

    /// Adds an actor that is stopped once no spawned actor is left: kswapd, an RCU thread.
    Cpu daemon(String name, Actor body);

    /// As [#daemon], of what is no task and needs no CPU: a drive, somebody who looks on.
    default Cpu device(String name, Actor body) {
        return daemon(name, body);
    }

    /// As [#daemon], with an id of one's own choice, which nobody has yet: others are numbered as
    /// if it were not there, so that they draw the same chances with it and without. An engine
    /// whose runs do not repeat may number it like any other.
    ///
    /// @param id below the number of CPUs that per-CPU arrays have room for
    default Cpu daemonAt(int id, String name, Actor body) {
        return daemon(name, body);
    }

    /// Runs until every spawned actor has returned. Rethrows the first failure of an actor.
    ///
    /// @throws Deadlock if every remaining actor waits for a word that nobody will write
    void run();

    /// Every CPU that was ever spawned, daemons included, in order of creation.
    List<Cpu> cpus();

    /// True if guest memory has real contents (real threads), false if pages carry none.
    boolean realMemory();

    /// The costs charged by this engine's CPUs.
    CostModel costs();

    /// Every remaining actor waits for something that cannot happen.
    final class Deadlock extends RuntimeException {
        public Deadlock(String message) {
            super(message);
        }
    }
}
