/// The machine: hardware threads ([org.gleaner.machine.Cpu]), the engines that run them, shared
/// words and lines, locks, RCU and SRCU, costs and call trees.
///
/// Nothing here knows what memory management is. What may enter: what a CPU, its caches, its
/// interrupts or its clock do, and the synchronisation built on them. What may not: pages, tables,
/// guests, and any dependency but the JDK.
@NullMarked
package org.gleaner.machine;

import org.jspecify.annotations.NullMarked;
