package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// That no report names a swap device which did not run.
final class DeviceChoiceTest {

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replay small --memory 50% --swap disk",
                "replay small --memory 50% --swap ssd",
                "run --scale 1/4096 --set host.swap.device=ssd",
                "run neighbours --set host.swap.device=disk",
                "run mmu-stress --set host.swap.device=disk",
                "run access-tracking --set host.swap.device=disk",
                "run --scale 1/4096 --ablate",
            })
    void realThreadsHaveNoDisk(String line) throws IOException {
        Path traces = Files.createDirectory(directory.resolve("traces"));
        ByteBuffer pages = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        for (int page = 0; pages.hasRemaining(); page++) {
            pages.putInt(page);
        }
        Files.write(traces.resolve("small.u32"), pages.array());
        Session session = new Session(directory);
        session.standardExecutors = true;
        String[] words = (line + " --engine threads -q").split(" ");
        assertThat(session.run(words)).as(session.err()).isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(session.err())
                .contains("has its requests and read-ahead in virtual time alone; use --engine")
                .hasLineCount(1);
        assertThat(session.out()).isEmpty();
    }
}
