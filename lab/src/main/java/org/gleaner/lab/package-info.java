/// What every room of the lab shares: the one exception for input that cannot be used, the spelling
/// hint that goes with it, and the channel through which a long run says how far it is.
///
/// The lab turns files and options into requests, hands them to executors and turns what comes back
/// into reports. Nothing here knows a page table; nothing here may print, exit or read a system
/// property.
@NullMarked
package org.gleaner.lab;

import org.jspecify.annotations.NullMarked;
