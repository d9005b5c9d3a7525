/// `gleaner serve`: results, their comparison and new runs as pages on this machine alone.
///
/// What may enter: who may ask for what ([org.gleaner.web.serve.Gate]), the pages, and runs that go
/// on. What may not: how anything is run; that is behind [org.gleaner.web.serve.Launcher]. Nothing
/// here reads outside the directory of results, and no page that somebody else wrote is served.
@NullMarked
package org.gleaner.web.serve;

import org.jspecify.annotations.NullMarked;
