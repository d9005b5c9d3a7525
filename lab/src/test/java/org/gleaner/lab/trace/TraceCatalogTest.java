package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TraceCatalogTest {

    @TempDir Path directory;

    private TraceCatalog catalog = new TraceCatalog(Path.of("unset"));

    @BeforeEach
    void twoTraces() throws IOException {
        catalog = new TraceCatalog(Files.createDirectory(directory.resolve("traces")));
        Files.writeString(catalog.directory().resolve("sqlite.u32.xz"), "");
        Files.writeString(catalog.directory().resolve("cc1.u32"), "");
        Files.writeString(catalog.directory().resolve("README.md"), "");
    }

    @Test
    void aBareNameMeansABundledTrace() {
        assertThat(catalog.find("sqlite")).isEqualTo(catalog.directory().resolve("sqlite.u32.xz"));
        assertThat(catalog.find("cc1")).isEqualTo(catalog.directory().resolve("cc1.u32"));
        assertThat(catalog.names()).containsExactly("cc1", "sqlite");
    }

    @Test
    void aPathMeansItself() throws IOException {
        Path own = Files.writeString(directory.resolve("sqlite"), "");

        assertThat(catalog.find(own.toString())).isEqualTo(own);
        assertThat(catalog.find(directory.toString())).isEqualTo(directory);
    }

    @Test
    void anUnknownNameGetsTheNearestOne() {
        assertThatThrownBy(() -> catalog.find("sqlit"))
                .isInstanceOf(BadInput.class)
                .hasMessage("sqlit: no such trace; did you mean 'sqlite'?");
        assertThatThrownBy(() -> catalog.find("postgres"))
                .hasMessage("postgres: no such trace; known: cc1, sqlite");
        assertThatThrownBy(() -> catalog.find(" ")).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> catalog.find("a\0b"))
                .hasMessage("'a b': is no name of a file; give a path or a name");
    }

    @Test
    void aPathThatIsMissingIsNoSuchFile() {
        assertThatThrownBy(() -> catalog.find("/tmp/none/mine.u32"))
                .isInstanceOf(BadInput.class)
                .hasMessage("/tmp/none/mine.u32: no such file; check the path");
        assertThatThrownBy(() -> catalog.find("x/sqlite"))
                .hasMessage("x/sqlite: no such file; did you mean the bundled 'sqlite'?");
        assertThatThrownBy(() -> catalog.find("sqlite.u32"))
                .hasMessage("sqlite.u32: no such file; did you mean the bundled 'sqlite'?");
    }

    @Test
    void aDashIsStandardInput() {
        assertThat(catalog.find("-")).isEqualTo(Input.STANDARD);
    }

    @Test
    void withoutBundledTracesThePathIsAtFault() {
        assertThatThrownBy(() -> new TraceCatalog(directory.resolve("none")).find("sqlite"))
                .hasMessage("sqlite: no such trace; check the path");
    }
}
