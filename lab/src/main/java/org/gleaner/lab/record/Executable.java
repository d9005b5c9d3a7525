package org.gleaner.lab.record;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;

/// A program as QEMU's user mode has to be given it: an ELF file and its arguments. Where the user
/// names a script, that is the interpreter which its first line names.
///
/// @param file the ELF file
/// @param machine as QEMU's programs are called for it, such as `x86_64`
/// @param arguments the whole of `argv`, with what the program sees as its own name
record Executable(Path file, String machine, List<String> arguments) {

    private static final int HEAD = 256;
    private static final int MOST_INTERPRETERS = 4;
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
    private static final int CLASS = 4;
    private static final int DATA = 5;
    private static final int MACHINE = 18;
    private static final int CLASS_64 = 2;
    private static final int BIG_ENDIAN = 2;

    /// `e_machine` of what can be recorded: pages of 4 KiB, and little-endian.
    private static final Map<Integer, String> MACHINES =
            Map.of(3, "i386", 62, "x86_64", 183, "aarch64", 243, "riscv64", 40, "arm");

    /// What `command` is when a shell would run it.
    ///
    /// @throws BadInput if there is no such program, or it is none that QEMU can run
    static Executable of(List<String> command, SearchPath path) {
        return of(command, path, 0);
    }

    private static Executable of(List<String> command, SearchPath path, int depth) {
        String name = command.getFirst();
        Path file = find(name, path);
        byte[] head = head(file);
        if (head.length > 1 && head[0] == '#' && head[1] == '!') {
            if (depth == MOST_INTERPRETERS) {
                throw new BadInput(
                        name, "is a script within scripts within scripts", "name what runs it");
            }
            return of(interpreted(file, head, command), path, depth + 1);
        }
        return new Executable(file, machine(name, head), command);
    }

    private static Path find(String name, SearchPath path) {
        Path file =
                name.contains("/")
                        ? Path.of(name)
                        : path.find(name)
                                .orElseThrow(() ->
                                        new BadInput(
                                                name,
                                                "no such program on PATH",
                                                "check its name, or give its path"));
        if (!Files.isRegularFile(file)) {
            String what = Files.exists(file) ? "is no file" : "no such program";
            throw new BadInput(name, what, "give the path of a program");
        }
        if (!Files.isExecutable(file)) {
            throw new BadInput(name, "may not be run", "make it executable with chmod +x");
        }
        return file;
    }

    private static byte[] head(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(HEAD);
        } catch (IOException e) {
            throw new BadInput(
                    file.toString(),
                    "cannot be read (" + Input.reason(e) + ")",
                    "QEMU has to read a program to run it; copy it, or ask for the right",
                    e);
        }
    }

    /// The command that the kernel makes of a script.
    private static List<String> interpreted(Path script, byte[] head, List<String> command) {
        String text = new String(head, 2, head.length - 2, StandardCharsets.ISO_8859_1);
        String line = text.lines().findFirst().orElse("").strip();
        if (line.isEmpty()) {
            throw new BadInput(
                    script.toString(), "its first line names no interpreter", "write #!/bin/sh");
        }
        List<String> run = new ArrayList<>(List.of(line.split("\\s+", 2)));
        run.add(script.toString());
        run.addAll(command.subList(1, command.size()));
        return run;
    }

    private static String machine(String name, byte[] head) {
        boolean elf =
                head.length > MACHINE + 1
                        && Arrays.equals(head, 0, ELF.length, ELF, 0, ELF.length)
                        && head[DATA] != BIG_ENDIAN;
        int code = elf ? (head[MACHINE] & 0xff) | (head[MACHINE + 1] & 0xff) << 8 : 0;
        String machine = MACHINES.get(code);
        boolean wide = machine != null && machine.endsWith("64");
        if (machine == null || wide != (head[CLASS] == CLASS_64)) {
            throw new BadInput(
                    name,
                    "is neither a script with #! nor a program for x86_64, i386, aarch64, arm or"
                            + " riscv64",
                    "name a program, such as sqlite3");
        }
        return machine;
    }
}
