/// Sampling of traces by page, for traces that are too long to be replayed whole: all accesses to
/// some pages, chosen by a hash, and how far what comes of them may be from what all would give.
///
/// Nothing here replays anything, and nothing knows what a count is a count of.
@NullMarked
package org.gleaner.lab.sample;

import org.jspecify.annotations.NullMarked;
