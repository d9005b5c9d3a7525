/// The choices that a user can make by a word, in options and scenario files alike: which reclaim,
/// which kernel, which aging design. Each is an enum whose labels are the words.
///
/// Only names live here. What a choice does belongs to the core; what it may be combined with, to
/// the scenario checks and to the command that offers it.
@NullMarked
package org.gleaner.lab.choice;

import org.jspecify.annotations.NullMarked;
