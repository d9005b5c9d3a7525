package org.gleaner.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.input.Input;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PublishedTableTest {
    private static final String HEADING =
            "id,source,scenario,vcpus,configuration,metric,value,within,basis\n";

    @TempDir Path directory;

    private List<PublishedTime> read(String... lines) throws IOException {
        return PublishedTable.read(TableText.in(directory, lines), Input.ofProcess());
    }

    @Test
    void aRowIsAPublishedTime() throws IOException {
        List<PublishedTime> rows =
                read(
                        HEADING
                                + "a,\"X, of Y\",log,8,old,dirty,2.5,30,predicted\n\n"
                                + "b,Z,log,1,new,pass,10,,fitted\n");
        assertThat(rows).hasSize(2);
        PublishedTime first = rows.getFirst();
        assertThat(first.place()).endsWith("t.csv, line 2");
        assertThat(first.source()).isEqualTo("X, of Y");
        assertThat(first.vcpus()).isEqualTo(8);
        assertThat(first.timed()).isEqualTo(Timed.DIRTY);
        assertThat(first.within()).isEqualTo(30);
        assertThat(first.errorPercent(2)).isCloseTo(-20, within(1e-9));
        assertThat(rows.getLast().within()).isNull();
        assertThat(rows.getLast().place()).endsWith("line 4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a,X,log,8,old,dirty,2.5,30 | 8 fields where the heading has 9",
                "a,X,../log,8,old,dirty,2.5,30,p | scenario '../log' is no name",
                "a,X,log,0,old,dirty,2.5,30,p | vcpus '0'; give a number from 1 to 1024",
                "a,X,log,8,old,dirt,2.5,30,p | metric 'dirt'; did you mean 'dirty'?",
                "a,X,log,8,old,dirty,-1,30,p | value '-1'; give a number such as 1.25",
                "a,X,log,8,old,dirty,0,30,p | value '0'; give a number such as 1.25",
                "a,X,log,8,old,dirty,2.5,x,p | within 'x'; give a number from 1 to 1000",
                "a,X,log,8,a/b/c,dirty,2.5,30,p | configuration 'a/b/c'; give one, or a ratio",
                "a,X,log,8,a/,dirty,2.5,30,p | configuration '' is no name",
                "a,X,log,8,a,dirty,2.5,30,waiting | a bound of what is waiting"
            })
    void aBadRowIsSaidInOneLine(String row, String message) {
        TableText.assertLineIsNamed(() -> read(HEADING, row), message);
    }

    @Test
    void aBadTableIsSaidInOneLine() {
        TableText.assertEmptinessIsNamed(this::read, HEADING);
        assertThatThrownBy(() -> read("id,scenari\n"))
                .hasMessageContaining("line 1: unknown column 'scenari'; did you mean 'scenario'?");
        assertThatThrownBy(() -> read("id,id\n")).hasMessageContaining("two columns 'id'");
        assertThatThrownBy(() -> read("id\n")).hasMessageContaining("no column 'source'");
        String row = "a,X,log,8,old,dirty,2.5,30,p\n";
        assertThatThrownBy(() -> read(HEADING + row + row))
                .hasMessageContaining("line 3: id 'a' stands twice");
    }
}
