/// The second stage of x86: entries of EPT, NPT and shadow tables, and how they change.
///
/// What may enter: everything that names an x86 bit. What may not: slots, vCPUs, notifiers, and
/// anything of `mm`.
@NullMarked
package org.gleaner.kvm.x86;

import org.jspecify.annotations.NullMarked;
