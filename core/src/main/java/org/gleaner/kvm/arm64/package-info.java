/// The second stage of arm64: descriptors of three granules, and the engine that changes them by
/// break-before-make.
///
/// What may enter: everything that names a bit of a descriptor. What may not: slots, vCPUs,
/// notifiers, anything of `mm`, and any other architecture.
@NullMarked
package org.gleaner.kvm.arm64;

import org.jspecify.annotations.NullMarked;
