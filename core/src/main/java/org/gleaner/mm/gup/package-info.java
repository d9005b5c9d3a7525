/// A process's pages for somebody other than its CPUs: [org.gleaner.mm.gup.UserPages] is the seam
/// through which a secondary MMU resolves a page, gives it back, and says what was done to it.
///
/// What may enter: ways from a virtual page to a page frame, and the references they take. What may
/// not: how a page gets into an address space, which is `mm.fault`.
@NullMarked
package org.gleaner.mm.gup;

import org.jspecify.annotations.NullMarked;
