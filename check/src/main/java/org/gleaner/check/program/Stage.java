package org.gleaner.check.program;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Word;
import org.jspecify.annotations.Nullable;

/// Where a [Program] sets up one run: what makes the state, the actors that meet, and who looks at
/// the result. On any engine.
public final class Stage {
    public final Engine engine;

    private Preparation preparation = cpus -> {};
    private final List<String> names = new ArrayList<>();
    private final List<Actor> bodies = new ArrayList<>();
    private @Nullable Actor after;

    public Stage(Engine engine) {
        this.engine = engine;
    }

    /// Has `preparation` make the state while nobody runs.
    ///
    /// What is made when a CPU first asks for it, its RCU and SRCU lines, has to be made here: a
    /// grace period that finds no line takes no step that could race.
    public void before(Preparation preparation) {
        this.preparation = preparation;
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

    /// For [#before].
    @FunctionalInterface
    public interface Preparation {
        /// @param cpus of the actors, in order
        void prepare(List<Cpu> cpus);
    }

    int actors() {
        return bodies.size();
    }

    /// Adds the actors to the engine, and makes the state.
    void raise() {
        List<Cpu> cpus = new ArrayList<>();
        for (int i = 0; i < bodies.size(); i++) {
            cpus.add(engine.spawn(names.get(i), bodies.get(i)));
        }
        preparation.prepare(cpus);
    }

    /// As [#raise], with the look at the result as one more actor, which waits for the others: for
    /// an engine whose daemons end with the run.
    public void raiseTogether() {
        Actor look = after;
        if (look != null) {
            Word returned = new Word();
            bodies.replaceAll(body ->
                    cpu -> {
                        body.run(cpu);
                        cpu.fetchAdd(returned, 1);
                    });
            int all = bodies.size();
            actor(
                    "after",
                    cpu -> {
                        cpu.block(returned, -1, all);
                        look.run(cpu);
                    });
        }
        raise();
    }

    /// Looks at the result.
    void lower() {
        if (after != null) {
            engine.spawn("after", after);
            engine.run();
        }
    }
}
