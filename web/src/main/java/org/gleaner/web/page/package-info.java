/// `report.html`: one file that shows a directory of results to people, by itself and without a
/// network.
///
/// What may enter: the page's parts, and how they become one file. What may not: how a result came
/// about. All that a page knows is in the directory ([org.gleaner.web.result]), so that a page can
/// be made again from it at any time.
@NullMarked
package org.gleaner.web.page;

import org.jspecify.annotations.NullMarked;
