package org.gleaner.lab.record;

/// What was seen, recorded or not.
///
/// @param accesses all of `data`, `code` and `calls`
/// @param data by loads and stores
/// @param code by translation blocks that began to run
/// @param calls pages of buffers that system calls read or filled
/// @param elsewhere not among these: to devices, or of code outside of RAM
/// @param execs programs that were started in the place of what was recorded, and are not seen
public record Totals(long accesses, long data, long code, long calls, long elsewhere, long execs) {

    static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0);

    Totals plus(Totals other) {
        return new Totals(
                accesses + other.accesses,
                data + other.data,
                code + other.code,
                calls + other.calls,
                elsewhere + other.elsewhere,
                execs + other.execs);
    }
}
