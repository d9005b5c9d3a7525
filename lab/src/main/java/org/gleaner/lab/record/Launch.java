package org.gleaner.lab.record;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.BadInput;

/// How a command is started so that it is recorded.
public final class Launch {

    private final String source;
    private final Emulator emulator;
    private final Path library;
    private final Filter filter;
    private final boolean machine;
    private final List<String> options;

    /// @param options of QEMU behind those of the plugin
    private Launch(
            String source,
            Emulator emulator,
            Path library,
            Filter filter,
            boolean machine,
            List<String> options) {
        this.source = source;
        this.emulator = emulator;
        this.library = library;
        this.filter = filter;
        this.machine = machine;
        this.options = List.copyOf(options);
    }

    /// A program in QEMU's user mode.
    ///
    /// @throws BadInput if the program, QEMU or the plugin cannot be used
    public static Launch program(
            List<String> command, Filter filter, Plugin plugin, SearchPath path) {
        Executable program = Executable.of(command, path);
        Emulator emulator = Emulator.ofUserMode(program.machine(), path);
        List<String> options = new ArrayList<>();
        options.add("-0");
        options.add(program.arguments().getFirst());
        options.add(program.file().toString());
        options.addAll(program.arguments().subList(1, program.arguments().size()));
        return new Launch(
                String.join(" ", command),
                emulator,
                plugin.library(emulator.plugInterface()),
                filter,
                false,
                options);
    }

    /// A machine, by the command that starts it.
    ///
    /// @throws BadInput if it is no QEMU, asks for KVM, or the plugin cannot be used
    public static Launch machine(
            List<String> command, Filter filter, Plugin plugin, SearchPath path) {
        Emulator emulator = Emulator.ofMachine(command.getFirst(), path);
        for (String word : command) {
            if (word.matches("--?enable-kvm|(.*[=,:])?kvm([,:].*)?")) {
                throw new BadInput(
                        word,
                        "under KVM the processor runs the guest, and QEMU sees nothing of it",
                        "leave it out, and QEMU translates (TCG)");
            }
        }
        return new Launch(
                String.join(" ", command),
                emulator,
                plugin.library(emulator.plugInterface()),
                filter,
                true,
                command.subList(1, command.size()));
    }

    /// What is recorded, as the user gave it.
    public String source() {
        return source;
    }

    /// What runs it, with its version.
    public String emulator() {
        return emulator.file().getFileName() + " " + emulator.version();
    }

    public Filter filter() {
        return filter;
    }

    /// Which accesses are not seen, for people.
    ///
    /// @param execs programs that were started unseen
    public String unseen(long execs) {
        if (machine) {
            return "page-table walks, and what devices access by themselves (DMA)";
        }
        String others = execs == 0 ? "" : "; %,d programs that QEMU could not run".formatted(execs);
        return "the kernel's, but for buffers of read, write, pread, pwrite, recv and send"
                + others;
    }

    List<String> command(Path socket) {
        List<String> all = new ArrayList<>();
        all.add(emulator.file().toString());
        all.add("-plugin");
        all.add("file=" + quoted(library) + ",socket=" + quoted(socket) + "," + filter.options());
        all.addAll(options);
        return all;
    }

    ProcessBuilder builder(Path socket) {
        return new ProcessBuilder(command(socket)).inheritIO();
    }

    /// QEMU separates its options with commas.
    private static String quoted(Path path) {
        return path.toString().replace(",", ",,");
    }
}
