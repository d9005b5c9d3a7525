package org.gleaner.kvm.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The part of a document that is made from what the code knows, between two comments.
///
/// @param begin the line before it
public record GeneratedPart(Path document, String begin) {
    private static final String END = "<!-- end -->\n";

    /// Fails unless it is `fresh`; with `-Dgleaner.docs.write=true` makes it so instead.
    public void check(String fresh) throws IOException {
        String text = Files.readString(document);
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf(END);
        if (Boolean.getBoolean("gleaner.docs.write")) {
            Files.writeString(document, text.substring(0, from) + fresh + text.substring(to));
        } else {
            assertThat(text.substring(from, to)).isEqualTo(fresh);
        }
    }
}
