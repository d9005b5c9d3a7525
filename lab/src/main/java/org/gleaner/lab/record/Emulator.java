package org.gleaner.lab.record;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;

/// A QEMU that takes plugins.
///
/// @param file its program
/// @param version such as 7.2.22
record Emulator(Path file, String version) {

    /// What everything that records under QEMU needs, on Debian and what comes from it.
    static final String INSTALL = "apt-get install qemu-user gcc libc6-dev";

    static final String INSTALL_SYSTEM = "apt-get install qemu-system-x86 gcc libc6-dev";

    private static final Pattern VERSION = Pattern.compile("version (\\d+)\\.(\\d+)(\\.\\d+)?");

    /// The version of QEMU with which plugins had to say that they know interface 2.
    private static final int SECOND_INTERFACE = 9;

    /// The one that runs programs for `machine`.
    ///
    /// @throws BadInput if there is none, or it takes no plugins
    static Emulator ofUserMode(String machine, SearchPath path) {
        String name = "qemu-" + machine;
        return path.find(name)
                .map(file -> checked(name, file, INSTALL))
                .orElseThrow(
                        () -> new BadInput(name, "is not on PATH", "install it with " + INSTALL));
    }

    /// The one that the user's own command starts.
    ///
    /// @throws BadInput if there is none, or it takes no plugins
    static Emulator ofMachine(String name, SearchPath path) {
        if (!Path.of(name).getFileName().toString().startsWith("qemu-system-")) {
            throw new BadInput(
                    name,
                    "is no qemu-system-...",
                    "give the whole command that starts the machine, or leave out --vm");
        }
        Path file = name.contains("/") ? Path.of(name) : path.find(name).orElse(null);
        if (file == null || !file.toFile().canExecute()) {
            throw new BadInput(name, "no such program", "install it with " + INSTALL_SYSTEM);
        }
        return checked(name, file, INSTALL_SYSTEM);
    }

    private static Emulator checked(String name, Path file, String install) {
        if (!said(file, "-h").contains("-plugin ")) {
            throw new BadInput(
                    name,
                    "this QEMU was built without plugins",
                    "use one that has -plugin, as Debian 12's (" + install + ")");
        }
        Matcher version = VERSION.matcher(said(file, "--version"));
        return new Emulator(
                file, version.find() ? version.group().substring("version ".length()) : "0.0");
    }

    /// The version of the plugin interface to build for.
    int plugInterface() {
        return Integer.parseInt(version.substring(0, version.indexOf('.'))) >= SECOND_INTERFACE
                ? 2
                : 1;
    }

    private static String said(Path file, String option) {
        try {
            Process process =
                    new ProcessBuilder(List.of(file.toString(), option))
                            .redirectErrorStream(true)
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
