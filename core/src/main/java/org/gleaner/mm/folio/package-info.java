/// The folio table: state words, counts, reverse-map keys and list links of every page frame.
///
/// What may enter: the encoding and its atomics. What may not: meaning; who sets a flag and why is
/// decided elsewhere.
@NullMarked
package org.gleaner.mm.folio;

import org.jspecify.annotations.NullMarked;
