package org.gleaner.kvm.mmu;

/// Tables below a root that were given back because an unmap had emptied them.
///
/// @param count how many
/// @param callbackEntries entries of them that the callback which frees each has looked at
public record EmptiedTables(long count, long callbackEntries) {
    /// Where only their replacement or the end of their root takes tables out.
    public static final EmptiedTables NONE = new EmptiedTables(0, 0);
}
