package org.gleaner.web.serve;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The runs of a server, one after another: a run takes all of a machine's memory if it has to, and
/// two at a time would tell nothing sooner.
final class LiveRuns implements AutoCloseable {

    private static final int MOST_WAITING = 20;
    private static final int MOST_KEPT = 200;

    private final List<LiveRun> runs = new ArrayList<>();
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("runs").factory());
    private int last;

    /// One that somebody else runs.
    synchronized LiveRun add(String command) {
        LiveRun run = new LiveRun(++last, command);
        runs.add(run);
        while (runs.size() > MOST_KEPT && runs.getFirst().over()) {
            runs.removeFirst();
        }
        return run;
    }

    /// Runs it when those before it have ended.
    ///
    /// @throws Denied if too many wait
    synchronized LiveRun start(String command, Consumer<LiveRun> body) {
        if (runs.stream().filter(each -> !each.over()).count() >= MOST_WAITING) {
            throw new Denied(429, MOST_WAITING + " runs wait already");
        }
        LiveRun run = add(command);
        worker.execute(() -> {
            if (!run.cancelled()) {
                run.start();
                body.accept(run);
            }
        });
        return run;
    }

    /// The newest first.
    synchronized List<LiveRun> all() {
        return List.copyOf(runs.reversed());
    }

    synchronized LiveRun get(String id) {
        return runs.stream()
                .filter(each -> Integer.toString(each.id()).equals(id))
                .findFirst()
                .orElseThrow(Denied::notHere);
    }

    /// Cancels all, and waits until they have kept what they have.
    ///
    /// @return whether they did in that time
    boolean end(Duration most) {
        worker.shutdown();
        all().forEach(LiveRun::cancel);
        try {
            return worker.awaitTermination(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
