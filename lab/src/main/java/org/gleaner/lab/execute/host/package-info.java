/// Hosts as a request describes them: their kernel, CPUs, drive and paging, what a user writes to
/// their files, and what is counted on them. No guests.
@NullMarked
package org.gleaner.lab.execute.host;

import org.jspecify.annotations.NullMarked;
