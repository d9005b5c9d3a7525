package org.gleaner.cli;

/// What the process ends with.
public final class ExitCodes {

    public static final int DONE = 0;

    /// A check failed: the report says which.
    public static final int FAILED = 1;

    /// Bad usage or bad input.
    public static final int BAD_INPUT = 2;

    /// Interrupted; what was finished is kept.
    public static final int INTERRUPTED = 3;

    /// A fault of Gleaner's own (EX_SOFTWARE).
    public static final int INTERNAL = 70;

    /// Standard output could not be written (EX_IOERR).
    static final int UNWRITABLE = 74;

    private ExitCodes() {}
}
