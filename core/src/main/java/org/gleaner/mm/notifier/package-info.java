/// The only meeting point of the host's memory manager and its secondary MMUs.
///
/// What may enter: the operations a secondary MMU offers, by API generation, and the loops that call
/// all subscribers. What may not: who the subscribers are, and what reclaim does with the answers.
@NullMarked
package org.gleaner.mm.notifier;

import org.jspecify.annotations.NullMarked;
