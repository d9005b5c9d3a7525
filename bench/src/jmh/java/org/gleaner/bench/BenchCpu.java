package org.gleaner.bench;

import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.ThreadEngine;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// A hardware thread for each benchmark thread: a real one, whose actor never starts.
@State(Scope.Thread)
public class BenchCpu {
    private static final ThreadEngine ENGINE = new ThreadEngine(CostModel.named("x86-server"));

    final Cpu cpu = ENGINE.spawn("bench", c -> {});
}
