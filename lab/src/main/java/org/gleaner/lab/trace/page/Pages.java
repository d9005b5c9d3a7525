package org.gleaner.lab.trace.page;

/// What the ids 0, 1, 2... of a trace's pages stand for.
public interface Pages {

    /// Pages.
    int size();

    /// The number that the id stands for, unsigned.
    long page(int id);

    /// The name space that it stands in, 0 and up; 0 if there is only one.
    int space(int id);
}
