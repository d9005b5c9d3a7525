/// Architectures as data: of each second stage one record, which common code asks instead of
/// naming it.
///
/// What may enter: records, and the one line for each architecture. What may not: code that changes
/// an entry; that is the architecture's own room.
@NullMarked
package org.gleaner.kvm.arch;

import org.jspecify.annotations.NullMarked;
