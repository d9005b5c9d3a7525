package org.gleaner.lab.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExecutableTest {

    private static final int BYTES = 64;

    @TempDir Path directory;

    private SearchPath path = SearchPath.of("");

    @BeforeEach
    void programs() throws IOException {
        path = SearchPath.of("/nowhere::" + directory);
        file("tool", elf(62, 2));
        file("small", elf(3, 1));
    }

    @Test
    void aProgramIsFoundByItsNameAndItsMachineIsTold() {
        Executable program = Executable.of(List.of("tool", "-a", "b"), path);

        assertThat(program.file()).isEqualTo(directory.resolve("tool"));
        assertThat(program.machine()).isEqualTo("x86_64");
        assertThat(program.arguments()).containsExactly("tool", "-a", "b");
        assertThat(Executable.of(List.of(directory + "/small"), path).machine()).isEqualTo("i386");
    }

    @Test
    void aScriptIsItsInterpreterWithOneArgument() throws IOException {
        Path script =
                file(
                        "script",
                        ("#! " + directory + "/tool  -x  -y \nrest")
                                .getBytes(StandardCharsets.UTF_8));
        Executable program = Executable.of(List.of("script", "1"), path);

        assertThat(program.file()).isEqualTo(directory.resolve("tool"));
        assertThat(program.arguments())
                .containsExactly(directory + "/tool", "-x  -y", script.toString(), "1");
    }

    @Test
    void whatCannotBeRunIsRefused() throws IOException {
        file("text", "hello".getBytes(StandardCharsets.UTF_8));
        file("round", ("#!" + directory + "/round\n").getBytes(StandardCharsets.UTF_8));
        file("empty", "#!  \n".getBytes(StandardCharsets.UTF_8));
        file("mips", elf(8, 2));
        file("x32", elf(62, 1));
        Files.write(directory.resolve("plain"), elf(62, 2));

        refused("no-such", "no-such: no such program on PATH; check its name, or give its path");
        refused("plain", "plain: no such program on PATH; check its name, or give its path");
        refused(directory + "/plain", ": may not be run; make it executable with chmod +x");
        refused(directory.toString(), ": is no file; give the path of a program");
        refused("text", "text: is neither a script with #! nor a program for x86_64");
        refused("mips", "mips: is neither");
        refused("x32", "x32: is neither");
        refused("round", ": is a script within scripts within scripts; name what runs it");
        refused("empty", ": its first line names no interpreter; write #!/bin/sh");
    }

    private void refused(String name, String message) {
        assertThatThrownBy(() -> Executable.of(List.of(name), path))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(message);
    }

    private Path file(String name, byte[] bytes) throws IOException {
        Path file = Files.write(directory.resolve(name), bytes);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    private static byte[] elf(int machine, int wide) {
        byte[] head = Arrays.copyOf(new byte[] {0x7f, 'E', 'L', 'F', (byte) wide, 1}, BYTES);
        head[18] = (byte) machine;
        return head;
    }
}
