/// What a host takes of Java's heap, by collector. Nothing enters but the program that measures it.
@NullMarked
package org.gleaner.bench.heap;

import org.jspecify.annotations.NullMarked;
