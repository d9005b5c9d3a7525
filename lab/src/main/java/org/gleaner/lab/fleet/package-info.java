/// What is published of fleets: tables of the memory and the lives of many VMs or tasks, what they
/// come to, and populations of VMs made like them.
///
/// What may enter: readers of such tables, distributions, descriptions of populations, traces for
/// their VMs. What may not: hosts and how VMs do on them, which is [org.gleaner.lab.advise], and
/// how results look.
@NullMarked
package org.gleaner.lab.fleet;

import org.jspecify.annotations.NullMarked;
