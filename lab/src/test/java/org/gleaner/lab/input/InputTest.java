package org.gleaner.lab.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.validate.RealTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class InputTest {

    @TempDir Path directory;

    @Test
    @Timeout(20)
    void endlessFilesAreReadUpToTheirLimit() {
        Path zero = Path.of("/dev/zero");
        assertThatThrownBy(() -> ScenarioReader.read("/dev/zero", List.of(), Scale.FULL))
                .isInstanceOf(BadInput.class)
                .hasMessage("/dev/zero: is too large for a scenario; give a file of 3MiB or less");
        assertThatThrownBy(() -> RealTable.read(zero, Input.ofProcess()))
                .isInstanceOf(BadInput.class)
                .hasMessage("/dev/zero: is too large for a table; give a file of 16MiB or less");
    }

    @Test
    void textMayBeAsLongAsItsLimit() throws IOException {
        Path file = Files.writeString(directory.resolve("t"), "x".repeat(1 << 20));
        assertThat(Input.ofProcess().text(file, 1 << 20, "a test")).hasSize(1 << 20);
        Files.writeString(file, "x".repeat((1 << 20) + 1));
        assertThatThrownBy(() -> Input.ofProcess().text(file, 1 << 20, "a test"))
                .isInstanceOf(BadInput.class);
    }

    @Test
    void aDashIsStandardInput() throws IOException {
        byte[] scenario = "name: piped\n".getBytes(StandardCharsets.UTF_8);
        Input input = new Input(new ByteArrayInputStream(scenario), _ -> {}, () -> false);

        assertThat(ScenarioReader.open("-", input).scenario(List.of(), Scale.FULL).name())
                .isEqualTo("piped");
        assertThat(Input.isStream(Path.of("-"))).isTrue();
        assertThat(Input.isStream(Path.of("./-"))).isFalse();
    }
}
