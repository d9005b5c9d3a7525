package org.gleaner.web.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CsvRowsTest {

    @TempDir Path directory;

    @Test
    void aQuotedCellHoldsAnything() throws IOException {
        Path file = file("name,n\n\"a, \"\"b\"\"\nc\",1\nplain,\n");
        try (CsvRows rows = new CsvRows(file)) {
            assertThat(rows.next()).containsExactly("a, \"b\"\nc", "1");
            var last = rows.next();
            assertThat(last).containsExactly("plain", "");
            assertThat(rows.number(last, 1)).isNaN();
            assertThat(rows.next()).isNull();
        }
    }

    @Test
    void whatIsNoTableSaysWhere() throws IOException {
        Path file = file("a,b\n1,2\n3\n");
        try (CsvRows rows = new CsvRows(file)) {
            assertThatThrownBy(() -> rows.column("seconds"))
                    .isInstanceOf(NotAResult.class)
                    .hasMessageContaining("samples.csv:1: has no column 'seconds'");
            rows.next();
            assertThatThrownBy(rows::next)
                    .isInstanceOf(NotAResult.class)
                    .hasMessageContaining("samples.csv:3: has 1 cells, not 2");
        }
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("samples.csv"), text);
    }
}
