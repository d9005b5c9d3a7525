package org.gleaner.lab.validate;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gleaner.lab.BadInput;

/// Tables that tests write, and how they are refused.
final class TableText {

    private TableText() {}

    /// A file `t.csv` of these lines.
    static Path in(Path directory, String... lines) throws IOException {
        return Files.writeString(directory.resolve("t.csv"), String.join("", lines));
    }

    /// The first line below the heading is named, and what is wrong there.
    static void assertLineIsNamed(ThrowingCallable reading, String fault) {
        assertThatThrownBy(reading)
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("t.csv, line 2: ")
                .hasMessageContaining(fault);
    }

    /// A file with nothing to read in it is named.
    ///
    /// @param heading of a table of this kind
    static void assertEmptinessIsNamed(Reader reader, String heading) {
        assertThatThrownBy(() -> reader.read("")).hasMessageContaining("t.csv: is empty; ");
        assertThatThrownBy(() -> reader.read(heading))
                .hasMessageContaining("t.csv: has a heading and no rows; ");
    }

    /// Reads a table of these lines.
    interface Reader {
        Object read(String... lines) throws IOException;
    }
}
