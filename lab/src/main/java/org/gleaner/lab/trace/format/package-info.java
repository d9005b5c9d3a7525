/// What a trace format is: how it is recognised, read, and what its accesses mean.
///
/// The formats themselves live in the rooms beside this one, by what their records are: accesses of
/// memory, blocks and keys, or regions and samples. Nothing here knows one of them, nor what is
/// made of the accesses.
@NullMarked
package org.gleaner.lab.trace.format;

import org.jspecify.annotations.NullMarked;
