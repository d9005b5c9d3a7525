package org.gleaner.lab.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.input.Input;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HostReaderTest {

    @TempDir private Path directory;

    private Neighbours read(String text, String... settings) {
        Path file = directory.resolve("h.yaml");
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return HostReader.open(file.toString(), Input.ofProcess()).scenario(List.of(settings));
    }

    @Test
    void whatIsLeftOutIsAsInNeighbours() {
        Neighbours described = read("host: {memory: 64MiB, kernel: 6.18}\n");
        assertThat(described.hostPages()).isEqualTo(16_384);
        assertThat(described.swapPages()).isEqualTo(16_384);
        assertThat(described.host().swap().device()).isEqualTo(SwapDeviceChoice.ZRAM);
        assertThat(described.host().commands()).isEmpty();
        Configuration configuration = described.configurations().getFirst();
        assertThat(configuration.kernel()).isEqualTo(Kernel.V6_18);
        assertThat(configuration.aging()).isEqualTo(Kernel.V6_18.aging());
    }

    @Test
    void settingsLieOverIt() {
        Neighbours described =
                read(
                        "host: {memory: 64MiB}\naging: merged\n",
                        "host.swap.device=optane",
                        "aging=locked");
        assertThat(described.host().swap().device()).isEqualTo(SwapDeviceChoice.OPTANE);
        assertThat(described.configurations().getFirst().aging()).isEqualTo(AgingChoice.LOCKED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    host: {memory: 64MiB, kernl: 6.12} | unknown key 'kernl' in host
                    host: {memory: 50%}                | host.memory: a share of nothing
                    host: {cpus: 4}                    | does not say how much memory
                    hosts: {memory: 64MiB}             | unknown key 'hosts' of a host
                    aging: locked                      | does not say how much memory
                    host: 64MiB                        | host holds keys, not '64MiB'
                    - 64MiB                            | is not a host
                    host: {memory: 64MiB, swappiness: 201} | host.swappiness
                    host: {memory: 4MB}                | may mean powers of 10 or of 2
                    host: {memory: 64MiB, commands: [{at: 0s, to: vm.swappiness, write: '1'}]} | nobody writes commands
                    """)
    void faultsHaveTheirPlace(String text, String what) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("h.yaml")
                .hasMessageContaining(what);
    }

    @Test
    void aFaultOfASettingNamesIt() {
        assertThatThrownBy(() -> read("host: {memory: 64MiB}", "host.kernel=5.4"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("--set host.kernel=5.4");
    }
}
