/// Benchmarks of the machine's locks on real threads, against the JDK's own.
/// [org.gleaner.bench.Ratios] runs them and prints ratios: absolute figures of one machine say
/// little about another.
package org.gleaner.bench;
