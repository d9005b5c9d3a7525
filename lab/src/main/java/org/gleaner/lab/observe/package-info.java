/// What hosts in virtual time look like while they run: samples of their state, kept in tables of
/// bounded size.
///
/// An onlooker changes nothing: what is in here takes no step, charges no time and touches nothing
/// that an actor sees. How a run is executed, and what files are written, is not known here.
@NullMarked
package org.gleaner.lab.observe;

import org.jspecify.annotations.NullMarked;
