package org.gleaner.machine;

/// What a hardware thread runs: straight-line code that reaches all shared state through its [Cpu].
@FunctionalInterface
public interface Actor {
    void run(Cpu cpu);
}
