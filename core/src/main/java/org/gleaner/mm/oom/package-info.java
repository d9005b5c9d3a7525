/// Who is killed when memory cannot be found, and how what it had comes back.
///
/// What may enter: the choice of a victim, and the wait for its end. What may not: how an
/// allocation fails, and what a process does about SIGKILL.
@NullMarked
package org.gleaner.mm.oom;

import org.jspecify.annotations.NullMarked;
