package org.gleaner.lab.record;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;

/// The QEMU plugin: its source is a resource, and it is compiled where it is first needed. The
/// library's name has a hash of the source, so another source makes another library, and the one
/// that is there has been built whole.
public final class Plugin {

    /// The first is compiled, and includes the others.
    private static final List<String> SOURCES =
            List.of("pagetrace.c", "interface.h", "stream.h", "follow.h");

    private static final List<String> COMPILERS = List.of("cc", "gcc", "clang");
    private static final int HASH_CHARACTERS = 16;

    private final Path cache;
    private final SearchPath path;

    /// @param cache the directory for the library; made if it is missing
    /// @param path where a compiler is looked for
    public Plugin(Path cache, SearchPath path) {
        this.cache = cache;
        this.path = path;
    }

    /// The library for an interface of QEMU's, built if there is none.
    ///
    /// @throws BadInput if there is no compiler, it fails, or the cache cannot be written
    Path library(int plugInterface) {
        Path library =
                cache.resolve("pagetrace-" + hash() + "-api" + plugInterface + ".so")
                        .toAbsolutePath();
        if (!Files.isRegularFile(library)) {
            build(plugInterface, library);
        }
        return library;
    }

    private void build(int plugInterface, Path library) {
        Path compiler =
                COMPILERS.stream()
                        .map(path::find)
                        .flatMap(Optional::stream)
                        .findFirst()
                        .orElseThrow(() ->
                                new BadInput(
                                        "the recorder's plugin",
                                        "no C compiler on PATH to build it with",
                                        "install one: " + Emulator.INSTALL));
        try {
            Files.createDirectories(cache);
            Path work = Files.createTempDirectory(cache, "build-");
            try {
                for (String name : SOURCES) {
                    Files.write(work.resolve(name), source(name));
                }
                Path made = work.resolve("made.so");
                compile(compiler, work.resolve(SOURCES.getFirst()), plugInterface, made);
                publish(made, library);
            } finally {
                discard(work);
            }
        } catch (IOException e) {
            throw new BadInput(
                    cache.toString(),
                    "the recorder's plugin cannot be built there (" + Input.reason(e) + ")",
                    "set XDG_CACHE_HOME to a directory that can be written",
                    e);
        }
    }

    private static void compile(Path compiler, Path source, int plugInterface, Path made)
            throws IOException {
        Process process =
                new ProcessBuilder(
                                compiler.toString(),
                                "-O2",
                                "-shared",
                                "-fPIC",
                                "-pthread",
                                "-fvisibility=hidden",
                                "-DPLUGIN_API=" + plugInterface,
                                "-o",
                                made.toString(),
                                source.toString())
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0 || !Files.isRegularFile(made)) {
            String fault =
                    said.lines()
                            .filter(line -> line.contains("error:") || line.contains("cannot find"))
                            .findFirst()
                            .or(() -> said.lines().findFirst())
                            .orElse("it says nothing");
            String mend =
                    fault.contains("No such file") || fault.contains("cannot find")
                            ? "install C's headers: " + Emulator.INSTALL
                            : "mend the compiler, or install another: " + Emulator.INSTALL;
            throw new BadInput(
                    compiler.toString(), "does not build the recorder's plugin: " + fault, mend);
        }
    }

    /// Two builds at once make the same, so the second one replaces the first.
    private static void publish(Path made, Path library) throws IOException {
        try {
            Files.move(made, library, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(made, library, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void discard(Path work) throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(work);
    }

    private static byte[] source(String name) {
        try (InputStream in =
                Objects.requireNonNull(Plugin.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            SOURCES.forEach(name -> digest.update(source(name)));
            return HexFormat.of().formatHex(digest.digest()).substring(0, HASH_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
