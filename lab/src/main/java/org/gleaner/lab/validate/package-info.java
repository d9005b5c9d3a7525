/// Tables of what real kernels did, and of how long it took them, as rows to hold Gleaner against:
/// reading them, choosing from them, and saying how far a figure is from the kernel's.
///
/// Arithmetic and input only. Nothing here replays a trace, and no rule here knows which kernel or
/// trace it is applied to.
@NullMarked
package org.gleaner.lab.validate;

import org.jspecify.annotations.NullMarked;
