/// The catalogue of protocol programs and known bugs, and what is found by exploring them.
///
/// A [org.gleaner.check.program.Program] is a small piece of concurrent code over the real classes;
/// a [org.gleaner.check.program.Variant] takes one step of a protocol wrongly.
/// [org.gleaner.check.schedule.Search] runs a program under every schedule that could matter.
/// Programs and bugs lie in a room of the name that the code they are over has: `machine`, `mm`,
/// `kvm`. What may enter here: requests, searches of one program, results and how they are shown.
/// What may not: the protocols themselves, and scenarios.
@NullMarked
package org.gleaner.check;

import org.jspecify.annotations.NullMarked;
