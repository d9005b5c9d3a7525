package org.gleaner.machine;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Plain data that only one CPU ever changes: the object is its own, or an array has a place for
/// each CPU. Others may read it as a hint. Of a class, it means all its fields that are neither
/// words nor slabs.
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.FIELD})
public @interface OneCpu {}
