/// A trace that is replayed in a cgroup of its own, through the host's tables or a guest's; with
/// what a comparison with a real kernel has to share, and policies beside it.
@NullMarked
package org.gleaner.lab.execute.replay;

import org.jspecify.annotations.NullMarked;
