/// The steps on which the memory manager's protocols rest, to be taken wrongly by who wants to see
/// that noticed.
///
/// What may enter: a step that a known bug leaves out. What may not: a choice that a kernel or a
/// user makes.
@NullMarked
package org.gleaner.mm.protocol;

import org.jspecify.annotations.NullMarked;
