/// Replacement policies of the literature over dense page numbers, for exact miss counts at the
/// speed of memory: what a trace costs if nothing but the order of its accesses matters.
///
/// A policy is arrays sized by the pages of the trace; nothing is allocated, boxed or hashed for an
/// access. Nothing here knows of page tables, accessed bits, faults or time: what the kernel does
/// with the same trace is the host model's business.
@NullMarked
package org.gleaner.lab.policy;

import org.jspecify.annotations.NullMarked;
