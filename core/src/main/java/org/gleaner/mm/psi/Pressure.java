package org.gleaner.mm.psi;

/// The pressure of a group: see [PressureGroup] for the three lines.
public record Pressure(PressureLine some, PressureLine full, PressureLine perCpu) {}
