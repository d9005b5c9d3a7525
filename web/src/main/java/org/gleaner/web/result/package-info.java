/// A directory of results as files: its JSON document as a tree, its tables, and what they come to
/// in a sentence.
///
/// What may enter: reading, and making less of what there is too much of. What may not: the records
/// that the files were written from, for a page must also be made of results of another version.
@NullMarked
package org.gleaner.web.result;

import org.jspecify.annotations.NullMarked;
