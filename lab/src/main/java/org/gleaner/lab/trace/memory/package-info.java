/// Formats of tools that record a program's or a machine's accesses of memory, one by one: a record
/// is a load, a store or an instruction with its operands.
///
/// One small class for each format. It knows the bytes and lines of its tool and nothing of what is
/// made of the accesses.
@NullMarked
package org.gleaner.lab.trace.memory;

import org.jspecify.annotations.NullMarked;
