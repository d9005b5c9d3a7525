package org.gleaner.lab.report;

import java.io.IOException;

/// The text of a file, made as it is written, so that a long one is never in memory as a whole.
@FunctionalInterface
public interface FileText {

    /// Writes it, from the beginning. May be called more than once.
    ///
    /// @throws IOException if `out` does
    void writeTo(Appendable out) throws IOException;

    /// A text that is there.
    static FileText of(String text) {
        return out -> out.append(text);
    }
}
