/// What people name to be read: files, FIFOs, devices and standard input, each opened, waited for
/// and read within a bound.
///
/// Bytes and text only; nothing in here knows what is in a file.
@NullMarked
package org.gleaner.lab.input;

import org.jspecify.annotations.NullMarked;
