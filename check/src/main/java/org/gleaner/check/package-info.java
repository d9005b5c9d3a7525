/// The catalogue of protocol programs and known bugs, and the search that explores their schedules.
///
/// A [org.gleaner.check.Program] is a small piece of concurrent code over the real classes; a
/// [org.gleaner.check.Variant] takes one step of a protocol wrongly. [org.gleaner.check.Search]
/// runs a program under every schedule that could matter. What may enter: programs, searches, their
/// findings and how they are shown. What may not: the protocols themselves, and scenarios.
@NullMarked
package org.gleaner.check;

import org.jspecify.annotations.NullMarked;
