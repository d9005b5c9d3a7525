package org.gleaner.check.program;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.gleaner.check.program.Finding.Detector;
import org.gleaner.check.schedule.Replay;
import org.gleaner.check.schedule.ScheduleString;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.ExploringEngine.End;
import org.gleaner.machine.Schedule;
import org.jspecify.annotations.Nullable;

/// Runs one program in one variant, as often as wanted, each time from its beginning.
public final class Trial {
    private static final CostModel COSTS = CostModel.named("x86-server");

    final Program program;
    final Variant variant;

    /// Detectors that are switched off.
    private final Set<Detector> deaf;

    private @Nullable ExploringEngine engine;
    private @Nullable Stage stage;
    private @Nullable Throwable failure;

    public Trial(Program program, Variant variant) {
        this(program, variant, EnumSet.noneOf(Detector.class));
    }

    public Trial(Program program, Variant variant, Set<Detector> deaf) {
        this.program = program;
        this.variant = variant;
        this.deaf = deaf;
    }

    /// Runs it once; returns what is wrong, or null.
    public @Nullable Finding run(Schedule schedule) {
        ExploringEngine machine = program.memory().of(new ExploringEngine(COSTS), program.delays());
        if (program.yields()) {
            machine = machine.withYields();
        }
        if (deaf.contains(Detector.LOCK_ORDER)) {
            machine = machine.withoutLockDep();
        }
        engine = machine;
        failure = null;
        Stage set = new Stage(machine);
        stage = set;
        try {
            program.body().build(set, variant);
            set.raise();
            End end = machine.run(schedule);
            if (end == End.FAILED) {
                failure = machine.failure();
            } else if (end == End.DONE) {
                set.lower();
            }
        } catch (RuntimeException | AssertionError e) {
            failure = e;
        }
        if (failure == null) {
            return null;
        }
        Finding finding = Finding.of(failure);
        return deaf.contains(finding.detector()) ? null : finding;
    }

    /// Who takes steps in it, by the numbers that a schedule gives them.
    public List<String> actors() {
        List<String> names = new ArrayList<>();
        run(
                new Replay(ScheduleString.NONE) {
                    @Override
                    public void begin(ExploringEngine engine) {
                        IntStream.range(0, engine.actors())
                                .mapToObj(engine::name)
                                .forEach(names::add);
                    }

                    @Override
                    public int next(ExploringEngine engine) {
                        return ABANDON;
                    }
                });
        return names;
    }

    /// The machine of the last run.
    public ExploringEngine engine() {
        if (engine == null) {
            throw new IllegalStateException("nothing has run");
        }
        return engine;
    }

    /// The stage of the last run.
    public Stage stage() {
        if (stage == null) {
            throw new IllegalStateException("nothing has run");
        }
        return stage;
    }

    @Nullable Throwable failure() {
        return failure;
    }
}
