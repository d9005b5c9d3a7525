/// The only meeting point of the host's memory manager and its secondary MMUs.
///
/// [org.gleaner.mm.notifier.MmuNotifier] is what every kernel has; each
/// [org.gleaner.mm.notifier.YoungGeneration] adds the young query of one version of the patch
/// series that made aging lock-free, with its true answers and its bitmap convention.
///
/// What may enter: the operations a secondary MMU offers, by API generation, and the loops that
/// call all subscribers. What may not: who the subscribers are, and what reclaim does with the
/// answers.
@NullMarked
package org.gleaner.mm.notifier;

import org.jspecify.annotations.NullMarked;
