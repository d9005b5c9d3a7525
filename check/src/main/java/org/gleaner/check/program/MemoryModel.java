package org.gleaner.check.program;

import org.gleaner.machine.ExploringEngine;

/// In what order the CPUs of a program see each other's stores.
public enum MemoryModel {
    /// One for all, in the order of the programs (sequential consistency).
    ONE_ORDER("one order"),

    /// With store buffers (x86-TSO).
    X86("x86"),

    /// With stores that are late and loads that are early wherever nothing orders them, and one
    /// memory for all CPUs (ARMv8).
    ARM64("arm64");

    /// As it is given and printed.
    public final String id;

    MemoryModel(String id) {
        this.id = id;
    }

    ExploringEngine of(ExploringEngine engine, int delays) {
        return switch (this) {
            case ONE_ORDER -> engine;
            case X86 -> engine.withStoreBuffers();
            case ARM64 -> engine.withWeakMemory(delays);
        };
    }
}
