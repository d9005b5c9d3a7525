package org.gleaner.machine;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Plain data that several CPUs change, each only while it holds a lock. Of a class, it means all
/// its fields that are neither words nor slabs.
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.FIELD})
public @interface Guarded {
    /// The lock, as [LockClass#lockName] has it.
    String value();
}
