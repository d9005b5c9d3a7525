/// The seam between what a user asks for and what executes it: requests with every choice made,
/// executors, results.
///
/// A request is complete and checked; an executor reads no file, no option and no environment. A
/// result is what the machine measured and nothing that was not. Whatever formats or writes results
/// lives elsewhere.
@NullMarked
package org.gleaner.lab.run;

import org.jspecify.annotations.NullMarked;
