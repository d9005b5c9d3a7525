/// One trial of an advice: recorded VMs on a host for a while, under pressure or without.
@NullMarked
package org.gleaner.lab.execute.trial;

import org.jspecify.annotations.NullMarked;
