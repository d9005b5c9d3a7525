/// Pages in a real browser: Debian's chromium, driven by its own protocol, so that a build needs
/// neither a driver nor a network.
///
/// What may enter: what a page does when it is opened, looked at, printed and used by keyboard.
/// What may not: what a class of this module can be asked without a browser.
@NullMarked
package org.gleaner.browser;

import org.jspecify.annotations.NullMarked;
