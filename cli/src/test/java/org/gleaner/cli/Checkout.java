package org.gleaner.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A copy of the launcher in a checkout with nothing in it, beside a Maven and a JDK that only
/// pretend.
final class Checkout {
    static final String BUILT =
            "mkdir -p cli/target/launcher/lib && echo $$ >cli/target/launcher/gleaner.jar\n";

    private static final Path LAUNCHER = Path.of("..", "gleaner").toAbsolutePath().normalize();
    private static final String TOOLS = "/usr/bin:/bin";

    final Path home;
    final Path java;
    private final Path maven;

    /// What a launcher ended with.
    record Ended(int code, String out, String err) {
        /// The arguments that the JVM was started with last.
        String java() {
            return out.lines().reduce("", (_, line) -> line);
        }
    }

    Checkout(Path directory) throws IOException {
        home = Files.createDirectory(directory.resolve("check out"));
        maven = Files.createDirectory(directory.resolve("maven"));
        java = Files.createDirectories(directory.resolve("jdk/bin")).resolve("java");
        Files.copy(LAUNCHER, home.resolve("gleaner"));
        Path poms = LAUNCHER.resolveSibling("pom.xml");
        Files.copy(poms, home.resolve("pom.xml"));
        Matcher modules = Pattern.compile("<module>(.*)</module>").matcher(Files.readString(poms));
        while (modules.find()) {
            Files.createDirectories(home.resolve(modules.group(1)).resolve("src/main"));
        }
        Files.writeString(directory.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
        script(java.resolveSibling("javac"), "");
        script(java, "echo \"$@\"\n");
        maven(BUILT);
    }

    /// What Maven does when it is called, in the checkout.
    void maven(String script) throws IOException {
        script(maven.resolve("mvn"), "echo built >>builds\n" + script);
    }

    void script(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script);
        if (!file.toFile().setExecutable(true)) {
            throw new IOException(file + " cannot be made executable");
        }
    }

    /// How often Maven was called.
    long builds() throws IOException {
        Path builds = home.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
    }

    void changeSource() throws IOException, InterruptedException {
        Thread.sleep(20);
        Files.writeString(home.resolve("core/src/main/A.java"), "class A {}");
    }

    Ended run(String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), arguments);
    }

    Ended run(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        return end(start(environment, arguments));
    }

    Process start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(home.resolve("gleaner").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.getParent().toFile());
        builder.environment().clear();
        builder.environment().put("PATH", maven + ":" + TOOLS);
        builder.environment().put("GLEANER_JAVA_HOME", java.getParent().getParent().toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Ended end(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the launcher does not end: " + err);
        }
        return new Ended(process.exitValue(), out, err);
    }
}
