package org.gleaner.lab.observe;

/// How old the pages of a part of a guest's memory were at one time.
///
/// @param guest whose memory it is
/// @param nanos of virtual time
/// @param row which part, from low addresses to high ones
/// @param firstPage of the part, the guest's first page being 0
/// @param pages of it
/// @param lookedAt pages of it that were looked at, evenly spread
/// @param resident of these, in memory
/// @param active of the resident ones, on an active list or in one of the two youngest generations
/// @param aged of the resident ones, in a generation
/// @param generations of those together, the youngest being 0
/// @param ageNanos of those together: since their generations began
public record Heat(
        String guest,
        long nanos,
        int row,
        long firstPage,
        long pages,
        int lookedAt,
        int resident,
        int active,
        int aged,
        long generations,
        long ageNanos) {}
