/// Traces of several VMs that share a host: at the same time, or in turns as on a kernel with
/// one CPU.
@NullMarked
package org.gleaner.lab.execute.together;

import org.jspecify.annotations.NullMarked;
