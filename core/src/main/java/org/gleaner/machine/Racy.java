package org.gleaner.machine;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Plain data that several CPUs may change at once, where no outcome of that does harm.
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.FIELD})
public @interface Racy {
    /// Why it does none.
    String value();
}
