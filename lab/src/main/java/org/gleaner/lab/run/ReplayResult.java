package org.gleaner.lab.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.sample.Interval;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;

/// What replaying one trace did. The components are the fields of the JSON document.
///
/// @param trace the trace's name
/// @param accesses in the trace
/// @param distinctPages touched by the trace, of the host's size
/// @param tracePages the same in the pages that the trace was recorded in, which larger ones of the
///     host hold several of
/// @param tracePageSize bytes of one of those
/// @param memoryPages the limit
/// @param aging null unless through KVM
/// @param vmstat what the kernel's counters of these names grew by
/// @param secondStage null unless through KVM, and of a sample
/// @param stage2 the same by kind of fault and call; null where `secondStage` is
/// @param misses of each policy that was asked for, by its label, with as many frames as the limit
///     has pages; null if none was
/// @param sample null if the whole trace was replayed; or else [#vmstat], [#misses] and times are
///     estimates of what it would have come to
/// @param oomKill whether the OOM killer ended the replay
/// @param replayedAccesses how far it got: `accesses` unless killed
/// @param machineSeconds virtual seconds; null if the engine keeps no virtual time
/// @param stallSeconds of these, what the same replay does not take without a limit; null unless it
///     is a point of a curve
/// @param statistics who waited for what; null with real threads, and of a sample
/// @param wallSeconds real seconds
/// @param accessesPerSecond replayed accesses in a real second
public record ReplayResult(
        String trace,
        long accesses,
        long distinctPages,
        long tracePages,
        int tracePageSize,
        long memoryPages,
        Lru lru,
        LruGenChoice lruGen,
        Kernel kernel,
        Through through,
        @Nullable AgingChoice aging,
        Backing backing,
        Thp thp,
        SwapDeviceChoice swap,
        long swapPages,
        int pageCluster,
        int swappiness,
        long ageEvery,
        ArchChoice arch,
        boolean hardwareAccessed,
        @Nullable Stage2Choice stage2Kind,
        PageSizeChoice pageSize,
        EngineChoice engine,
        long seed,
        Map<String, Long> vmstat,
        @Nullable SecondStage secondStage,
        @Nullable Stage2 stage2,
        @Nullable Map<String, Long> misses,
        @Nullable Sampling sample,
        boolean oomKill,
        long replayedAccesses,
        @Nullable Double machineSeconds,
        @Nullable Double stallSeconds,
        @Nullable RunStatistics statistics,
        double wallSeconds,
        double accessesPerSecond,
        List<String> failures)
        implements Result {

    /// Says whether, not how often.
    private static final String OOM_KILL = "oom_kill";

    public ReplayResult {
        vmstat = Vmstat.copyOf(vmstat);
        misses = misses == null ? null : Vmstat.copyOf(misses);
        failures = List.copyOf(failures);
    }

    /// The result of `request`, replayed to its end.
    public static ReplayResult of(
            ReplayRequest request,
            Map<String, Long> vmstat,
            @Nullable SecondStage secondStage,
            @Nullable Stage2 stage2,
            @Nullable Double machineSeconds,
            double wallSeconds) {
        return of(
                request,
                vmstat,
                secondStage,
                stage2,
                machineSeconds,
                wallSeconds,
                request.trace().length(),
                List.of());
    }

    /// The result of `request`, ended by the OOM killer after `replayed` accesses. That is a
    /// failure: what a limit does to a program that it kills says nothing about the whole trace.
    public static ReplayResult killed(
            ReplayRequest request,
            Map<String, Long> vmstat,
            @Nullable SecondStage secondStage,
            @Nullable Stage2 stage2,
            @Nullable Double machineSeconds,
            double wallSeconds,
            long replayed) {
        String failure = "the OOM killer ended the replay at access " + replayed;
        return of(
                request,
                vmstat,
                secondStage,
                stage2,
                machineSeconds,
                wallSeconds,
                replayed,
                List.of(failure));
    }

    private static ReplayResult of(
            ReplayRequest request,
            Map<String, Long> vmstat,
            @Nullable SecondStage secondStage,
            @Nullable Stage2 stage2,
            @Nullable Double machineSeconds,
            double wallSeconds,
            long replayed,
            List<String> failures) {
        Trace trace = request.trace();
        return new ReplayResult(
                trace.name(),
                trace.length(),
                trace.distinctPages(),
                trace.recordedPages(),
                trace.recordedPageBytes(),
                request.memoryPages(),
                request.lru(),
                request.lruGen(),
                request.kernel(),
                request.through(),
                request.through() == Through.KVM ? request.aging() : null,
                request.backing(),
                request.thp(),
                request.swap(),
                request.swapPages(),
                request.pageCluster(),
                request.swappiness(),
                request.ageEvery(),
                request.arch(),
                request.hardwareAccessed(),
                request.stage2Kind() == Stage2Choice.PLAIN ? null : request.stage2Kind(),
                request.pageSize(),
                request.engine(),
                request.seed(),
                vmstat,
                secondStage,
                stage2,
                null,
                null,
                !failures.isEmpty(),
                replayed,
                machineSeconds,
                null,
                null,
                wallSeconds,
                wallSeconds > 0 ? replayed / wallSeconds : 0,
                failures);
    }

    /// The same, with what is only known once others are finished too.
    ///
    /// @param misses of each policy by its label; null if none was asked for
    public ReplayResult with(
            @Nullable Map<String, Interval> misses, @Nullable Double stallSeconds) {
        Map<String, Long> counts = null;
        if (misses != null) {
            counts = new LinkedHashMap<>();
            for (Map.Entry<String, Interval> each : misses.entrySet()) {
                counts.put(each.getKey(), each.getValue().estimate());
            }
        }
        return copy(counts, sample == null ? null : sample.with(misses), stallSeconds, statistics);
    }

    /// The same, with who waited for what.
    public ReplayResult with(@Nullable RunStatistics statistics) {
        return copy(misses, sample, stallSeconds, statistics);
    }

    /// What this, as the replay of a sample, says of the whole that `request` asks for.
    ///
    /// @param times how many times as many pages the whole has
    /// @param wallSeconds that the sample and its groups took
    public ReplayResult ofWhole(
            ReplayRequest request, double times, Sampling sampling, double wallSeconds) {
        Map<String, Long> whole = new LinkedHashMap<>();
        vmstat.forEach((name, count) ->
                whole.put(name, name.equals(OOM_KILL) ? count : Math.round(count * times)));
        Double seconds = machineSeconds == null ? null : machineSeconds * times;
        return of(request, whole, null, null, seconds, wallSeconds, replayedAccesses, failures)
                .copy(null, sampling, null, null);
    }

    private ReplayResult copy(
            @Nullable Map<String, Long> misses,
            @Nullable Sampling sample,
            @Nullable Double stallSeconds,
            @Nullable RunStatistics statistics) {
        return new ReplayResult(
                trace,
                accesses,
                distinctPages,
                tracePages,
                tracePageSize,
                memoryPages,
                lru,
                lruGen,
                kernel,
                through,
                aging,
                backing,
                thp,
                swap,
                swapPages,
                pageCluster,
                swappiness,
                ageEvery,
                arch,
                hardwareAccessed,
                stage2Kind,
                pageSize,
                engine,
                seed,
                vmstat,
                secondStage,
                stage2,
                misses,
                sample,
                oomKill,
                replayedAccesses,
                machineSeconds,
                stallSeconds,
                statistics,
                wallSeconds,
                accessesPerSecond,
                failures);
    }

    /// A counter of [#vmstat]; 0 if this kernel has none of the name.
    public long count(String counter) {
        return vmstat.getOrDefault(counter, 0L);
    }

    /// Pages that came back after reclaim had taken them, anonymous and of files.
    public long refaults() {
        return count("workingset_refault_anon") + count("workingset_refault_file");
    }
}
