package org.gleaner.check;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.jspecify.annotations.Nullable;

/// Where a [Program] sets up one run: what makes the state, the actors that meet, and who looks at the
/// result. On any engine.
public final class Stage {
    public final Engine engine;

    private @Nullable Actor before;
    private @Nullable Warming warming;
    private final List<String> names = new ArrayList<>();
    private final List<Actor> bodies = new ArrayList<>();
    private @Nullable Actor after;

    Stage(Engine engine) {
        this.engine = engine;
    }

    /// Has `body` make the state. Its steps are no part of the search.
    public void before(Actor body) {
        before = body;
    }

    /// Adds an actor.
    public void actor(String name, Actor body) {
        names.add(name);
        bodies.add(body);
    }

    /// Has `body` look at what the actors have left, when all have returned.
    public void after(Actor body) {
        after = body;
    }

    /// Has `warming` touch, for each actor's CPU and before any runs, what is made when a CPU first asks for
    /// it: its RCU and SRCU lines. A grace period that finds no line has no step that could race.
    public void warm(Warming warming) {
        this.warming = warming;
    }

    /// For [#warm].
    @FunctionalInterface
    public interface Warming {
        void warm(Cpu cpu);
    }

    List<String> names() {
        return names;
    }

    /// Makes the state, and adds the actors to the engine.
    void raise() {
        if (before != null) {
            engine.spawn("before", before);
            engine.run();
        }
        int daemons = engine.cpus().size();
        for (int i = 0; i < bodies.size(); i++) {
            engine.spawn(names.get(i), bodies.get(i));
        }
        if (warming != null) {
            List<Cpu> cpus = engine.cpus();
            for (int i = daemons; i < cpus.size(); i++) {
                warming.warm(cpus.get(i));
            }
        }
    }

    /// Looks at the result.
    void lower() {
        if (after != null) {
            engine.spawn("after", after);
            engine.run();
        }
    }
}
