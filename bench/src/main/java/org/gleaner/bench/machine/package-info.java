/// How fast the machine in virtual time is, beside a plain heap of events. Nothing enters but the
/// program that measures it and what it is compared with.
@NullMarked
package org.gleaner.bench.machine;

import org.jspecify.annotations.NullMarked;
