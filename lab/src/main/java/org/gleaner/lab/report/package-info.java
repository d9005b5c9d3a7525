/// What a run shows and leaves behind: JSON and text of results, the directory that keeps them, the
/// progress bar.
///
/// It formats what it is given. Nothing here computes a result, and nothing here decides where a
/// program's own output goes.
@NullMarked
package org.gleaner.lab.report;

import org.jspecify.annotations.NullMarked;
