package org.gleaner.machine;

/// Lock-order checking of one CPU (to be filled by the lock classes).
public final class LockDep {}
