package org.gleaner.check;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Trial;
import org.gleaner.check.program.Variant;

/// Plants a bug into a copy of core, and asks the programs of the catalogue, as they are, whether
/// they notice.
final class MutationRun {
    /// CPU time that one program has at one bound.
    private static final double SECONDS = 1;

    private static final int PREEMPTIONS = 3;

    private final Path sources;

    /// @param sources of core
    MutationRun(Path sources) {
        this.sources = sources;
    }

    /// The program that notices and what it says, as cells of a table; or null.
    String plant(Mutation mutation) throws Exception {
        Path source = mutation.find(sources);
        Path planted = Files.createTempDirectory("mutation");
        try {
            compile(mutation, source, planted);
            return ask(planted);
        } finally {
            delete(planted);
        }
    }

    private static void compile(Mutation mutation, Path source, Path into) throws IOException {
        Path mutated = into.resolve(mutation.file());
        Files.writeString(mutated, mutation.applyTo(Files.readString(source)));
        int status =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-nowarn",
                                "-proc:none",
                                "-d",
                                into.toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                mutated.toString());
        if (status != 0) {
            throw new IllegalStateException("does not compile: " + mutation.what());
        }
    }

    /// Everything is loaded anew, with the planted classes first.
    private static String ask(Path planted) throws Exception {
        List<URL> path = new ArrayList<>();
        path.add(planted.toUri().toURL());
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            path.add(Path.of(entry).toUri().toURL());
        }
        ClassLoader platform = ClassLoader.getPlatformClassLoader();
        try (URLClassLoader loader = new URLClassLoader(path.toArray(URL[]::new), platform)) {
            loader.setDefaultAssertionStatus(true);
            Class<?> probe = loader.loadClass(Probe.class.getName());
            Method ask = probe.getDeclaredMethod("ask");
            ask.setAccessible(true);
            return (String) ask.invoke(null);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }

    /// Runs all programs over the classes it finds, with more and more preemptions, until one
    /// breaks.
    static final class Probe {
        private Probe() {}

        /// To be called by its name, from another loader's class.
        @SuppressWarnings("unused")
        static String ask() {
            for (int bound = 0; bound <= PREEMPTIONS; bound++) {
                for (Program program : Catalogue.programs()) {
                    if (bound > program.bound()) {
                        continue;
                    }
                    long nanos = TimeUnit.MILLISECONDS.toNanos((long) (SECONDS * 1000));
                    Finding finding =
                            Explorer.explore(
                                            new Trial(program, Variant.FIXED),
                                            new Explorer.Limits(bound, nanos, Long.MAX_VALUE))
                                    .finding();
                    if (finding != null) {
                        return program.name() + " | " + finding.message();
                    }
                }
            }
            return null;
        }
    }
}
