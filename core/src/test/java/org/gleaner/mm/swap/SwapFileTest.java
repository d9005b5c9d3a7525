package org.gleaner.mm.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.memory.PageContents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class SwapFileTest {
    private final PageContents contents = new PageContents(PageSize.KIB_4, 4);

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void hasNoNameWhileItIsOpenSoThatNothingStaysOfAProcessThatIsKilled() throws IOException {
        Set<Path> before = swapFiles();
        try (SwapFile file = new SwapFile(contents, 1)) {
            OneCpu.run(cpu -> file.write(cpu, 3, 0));
            assertThat(swapFiles()).isEqualTo(before);
        }
    }

    @Test
    void givesBackWhatWasWritten() {
        try (SwapFile file = new SwapFile(contents, 1)) {
            contents.words(1)[contents.base(1) + 7] = 42;
            OneCpu.run(cpu -> {
                file.write(cpu, 5, 1);
                file.read(cpu, 5, 2);
            });
            assertThat(contents.words(2)[contents.base(2) + 7]).isEqualTo(42);
            assertThatThrownBy(() -> OneCpu.run(cpu -> file.read(cpu, 9, 2)))
                    .hasStackTraceContaining("swap slot 9 was never written");
        }
    }

    private static Set<Path> swapFiles() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(path -> path.getFileName().toString().startsWith("gleaner-swap"))
                    .collect(Collectors.toSet());
        }
    }
}
