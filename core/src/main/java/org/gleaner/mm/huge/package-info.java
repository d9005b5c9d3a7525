/// Large folios once they are there: taking them, and the entries that map them, apart.
///
/// What may enter: what takes a large folio apart. What may not: who wants that, and when.
@NullMarked
package org.gleaner.mm.huge;

import org.jspecify.annotations.NullMarked;
