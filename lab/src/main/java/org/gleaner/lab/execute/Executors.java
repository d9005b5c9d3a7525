package org.gleaner.lab.execute;

import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.replay.ReplayRun;
import org.gleaner.lab.execute.scenario.AccessTrackingRun;
import org.gleaner.lab.execute.scenario.ArchitecturesRun;
import org.gleaner.lab.execute.scenario.DemandPagingRun;
import org.gleaner.lab.execute.scenario.DirtyLogPerfRun;
import org.gleaner.lab.execute.scenario.MaxGuestMemoryRun;
import org.gleaner.lab.execute.scenario.MmuStressRun;
import org.gleaner.lab.execute.scenario.NeighboursRun;
import org.gleaner.lab.execute.scenario.PfnDesignsRun;
import org.gleaner.lab.execute.torture.TortureRun;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.run.AccessTrackingResult;
import org.gleaner.lab.run.ArchitecturesResult;
import org.gleaner.lab.run.CostShift;
import org.gleaner.lab.run.DemandPagingResult;
import org.gleaner.lab.run.DirtyLogPerfResult;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.MmuStressResult;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.PfnDesignsResult;
import org.gleaner.lab.run.ReplayExecutor;
import org.gleaner.lab.run.ScenarioExecutor;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.run.ScenarioResult;
import org.gleaner.lab.run.TortureExecutor;
import org.gleaner.lab.scenario.AccessTracking;
import org.gleaner.lab.scenario.AcrossArchitectures;
import org.gleaner.lab.scenario.DemandPaging;
import org.gleaner.lab.scenario.DirtyLogPerf;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.MmuStress;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.PfnDesigns;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Scale;

/// What executes what. This is the one place where executors are chosen.
public record Executors(
        ReplayExecutor replay,
        ScenarioExecutor<MaxGuestMemory, MaxGuestMemoryResult> maxGuestMemory,
        ScenarioExecutor<AccessTracking, AccessTrackingResult> accessTracking,
        ScenarioExecutor<MmuStress, MmuStressResult> mmuStress,
        ScenarioExecutor<DirtyLogPerf, DirtyLogPerfResult> dirtyLogPerf,
        ScenarioExecutor<DemandPaging, DemandPagingResult> demandPaging,
        ScenarioExecutor<Neighbours, NeighboursResult> neighbours,
        ScenarioExecutor<PfnDesigns, PfnDesignsResult> pfnDesigns,
        ScenarioExecutor<AcrossArchitectures, ArchitecturesResult> architectures,
        TortureExecutor torture) {

    /// The executors that the command line uses.
    public static Executors standard() {
        return new Executors(
                ReplayRun::run,
                MaxGuestMemoryRun::run,
                AccessTrackingRun::run,
                MmuStressRun::run,
                DirtyLogPerfRun::run,
                DemandPagingRun::run,
                NeighboursRun::run,
                PfnDesignsRun::run,
                ArchitecturesRun::run,
                TortureRun::run);
    }

    /// The same, but that scenarios are run with other constants of virtual time.
    public Executors with(CostShift costs) {
        return with(
                new Change() {
                    @Override
                    public <S extends Scenario> ScenarioRequest<S> of(ScenarioRequest<S> request) {
                        return request.with(costs);
                    }
                });
    }

    /// The same, but that the hosts of scenarios are looked at.
    public Executors with(Observation observation) {
        return with(
                new Change() {
                    @Override
                    public <S extends Scenario> ScenarioRequest<S> of(ScenarioRequest<S> request) {
                        return request.with(observation);
                    }
                });
    }

    /// What is done to a request before it is run.
    private interface Change {
        <S extends Scenario> ScenarioRequest<S> of(ScenarioRequest<S> request);
    }

    private Executors with(Change change) {
        return new Executors(
                replay,
                (request, progress) -> maxGuestMemory.run(change.of(request), progress),
                (request, progress) -> accessTracking.run(change.of(request), progress),
                (request, progress) -> mmuStress.run(change.of(request), progress),
                (request, progress) -> dirtyLogPerf.run(change.of(request), progress),
                (request, progress) -> demandPaging.run(change.of(request), progress),
                (request, progress) -> neighbours.run(change.of(request), progress),
                (request, progress) -> pfnDesigns.run(change.of(request), progress),
                (request, progress) -> architectures.run(change.of(request), progress),
                torture);
    }

    /// Runs a scenario of any kind with the executor of its kind.
    public ScenarioResult run(
            Scenario scenario,
            Scale scale,
            EngineChoice engine,
            boolean ablate,
            Progress progress) {
        return switch (scenario) {
            case MaxGuestMemory max ->
                    maxGuestMemory.run(new ScenarioRequest<>(max, scale, engine, ablate), progress);
            case AccessTracking tracking ->
                    accessTracking.run(
                            new ScenarioRequest<>(tracking, scale, engine, ablate), progress);
            case MmuStress stress ->
                    mmuStress.run(new ScenarioRequest<>(stress, scale, engine, ablate), progress);
            case DirtyLogPerf log ->
                    dirtyLogPerf.run(new ScenarioRequest<>(log, scale, engine, ablate), progress);
            case DemandPaging paging ->
                    demandPaging.run(
                            new ScenarioRequest<>(paging, scale, engine, ablate), progress);
            case Neighbours all ->
                    neighbours.run(new ScenarioRequest<>(all, scale, engine, ablate), progress);
            case PfnDesigns designs ->
                    pfnDesigns.run(new ScenarioRequest<>(designs, scale, engine, ablate), progress);
            case AcrossArchitectures all ->
                    architectures.run(new ScenarioRequest<>(all, scale, engine, ablate), progress);
        };
    }
}
