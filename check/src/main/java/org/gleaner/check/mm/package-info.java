/// Programs over the memory manager, with and without a VM, and the bugs that are known of it: its
/// stage is a small real host, whose books are looked at when all have ended.
@NullMarked
package org.gleaner.check.mm;

import org.jspecify.annotations.NullMarked;
