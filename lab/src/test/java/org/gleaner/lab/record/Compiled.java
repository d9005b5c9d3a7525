package org.gleaner.lab.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// C programs that tests need, and what they need to be compiled or recorded. A test that cannot
/// have it says so and is skipped.
final class Compiled {

    static final SearchPath PATH =
            SearchPath.of(Objects.requireNonNullElse(System.getenv("PATH"), ""));

    private Compiled() {}

    static void assumeCompiler() {
        assumeTrue(PATH.find("cc").isPresent(), "no C compiler: " + Emulator.INSTALL);
    }

    static void assumeEmulator() {
        assumeCompiler();
        boolean there = PATH.find("qemu-x86_64").isPresent();
        assumeTrue(
                there && "amd64".equals(System.getProperty("os.arch")),
                "no qemu-x86_64, or not on x86_64: " + Emulator.INSTALL);
    }

    /// Compiles a resource of the tests, beside the plugin's sources.
    static Path program(String name, Path directory) throws IOException, InterruptedException {
        for (String source : List.of("pagetrace.c", "interface.h", "stream.h", "follow.h", name)) {
            try (InputStream in = Compiled.class.getResourceAsStream(source)) {
                Files.write(directory.resolve(source), Objects.requireNonNull(in).readAllBytes());
            }
        }
        Path program = directory.resolve(name.replace(".c", ""));
        Process compiler =
                process("cc", "-O2", "-pthread", "-o", program, directory.resolve(name)).start();
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(compiler.waitFor()).as(said).isZero();
        return program;
    }

    static ProcessBuilder process(Object... words) {
        List<String> command = new ArrayList<>();
        for (Object word : words) {
            command.add(word.toString());
        }
        return new ProcessBuilder(command).redirectErrorStream(true);
    }
}
