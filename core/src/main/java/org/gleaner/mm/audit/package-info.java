/// Audits of a host at rest: everything is counted from scratch and compared with the books.
///
/// Torture, exploration and the tests of the host end with one. Each class has the books of one
/// kind of thing. Nothing here changes a host, and nothing of a running host knows it.
@NullMarked
package org.gleaner.mm.audit;

import org.jspecify.annotations.NullMarked;
