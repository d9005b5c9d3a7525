package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.gleaner.cli.Checkout.Ended;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `./gleaner` itself: what it does before the JVM starts, and instead.
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
@Tag("long")
final class LauncherTest {
    private static final String KILLED = "kill -9 $PPID $$\n";

    @TempDir Path directory;

    private Checkout checkout;

    @BeforeEach
    void fresh() throws IOException {
        checkout = new Checkout(directory);
    }

    // --- the build ---------------------------------------------------------------------------

    @Test
    void buildsOnFirstUseAndWhenASourceChanges() throws Exception {
        Ended first = checkout.run("--version");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.err()).contains("first use").hasLineCount(1);
        assertThat(first.java()).endsWith("gleaner.jar --version");

        assertThat(checkout.run("--version").err()).isEmpty();
        checkout.changeSource();
        assertThat(checkout.run("--version").err()).contains("its sources changed");
        assertThat(checkout.run("--version").err()).isEmpty();
        assertThat(checkout.builds()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                KILLED,
                "mkdir -p cli/target && : >cli/target/gleaner.jar\n" + KILLED,
                "mkdir -p cli/target/launcher && : >cli/target/launcher/gleaner.jar\n" + KILLED,
                Checkout.BUILT + KILLED,
            })
    void aBuildThatWasKilledIsNone(String until) throws Exception {
        checkout.maven(until);
        assertThat(checkout.run("--version").code()).isEqualTo(137);

        checkout.maven(Checkout.BUILT);
        Ended again = checkout.run("--version");
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.err()).contains("building with Maven");
        Path jar = Path.of(again.java().replaceAll(".* -jar (.*) --version", "$1"));
        assertThat(jar).isNotEmptyFile();
        assertThat(checkout.builds()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {KILLED, "exit 1\n"})
    void halfAClassIsNotBuiltOn(String end) throws Exception {
        String half = "core/target/launcher/classes/Half.class";
        checkout.maven("mkdir -p core/target/launcher/classes && : >" + half + "\n" + end);
        checkout.run("--version");

        checkout.maven("[ ! -e " + half + " ] || exit 3\n" + Checkout.BUILT);
        Ended again = checkout.run("--version");
        assertThat(again.code()).as(again.err()).isZero();
    }

    @Test
    void aKilledBuildLeavesTheLastOneAsItWas() throws Exception {
        checkout.run("--version");
        checkout.changeSource();
        checkout.maven(Checkout.BUILT + KILLED);
        assertThat(checkout.run("--version").code()).isEqualTo(137);
        assertThat(checkout.home.resolve(".build/app-a/gleaner.jar")).isNotEmptyFile();

        checkout.maven(Checkout.BUILT);
        Ended again = checkout.run("--version");
        assertThat(again.err()).contains("building with Maven");
        assertThat(again.java()).contains("app-b/gleaner.jar");
    }

    @Test
    void aSecondFirstUseSaysThatItWaits() throws Exception {
        assumeThat(Path.of("/usr/bin/flock")).exists();
        checkout.maven("while [ ! -e go ]; do sleep 0.05; done\n" + Checkout.BUILT);
        Process first = checkout.start(Map.of(), "--version");
        BufferedReader told = first.errorReader(StandardCharsets.UTF_8);
        assertThat(told.readLine()).contains("building with Maven");
        Process second = checkout.start(Map.of(), "--version");
        BufferedReader waiting = second.errorReader(StandardCharsets.UTF_8);
        assertThat(waiting.readLine()).startsWith("gleaner: waiting for another gleaner");

        Files.createFile(checkout.home.resolve("go"));
        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        assertThat(waiting.readLine()).isNull();
        assertThat(checkout.builds()).isEqualTo(1);
    }

    // --- an archive --------------------------------------------------------------------------

    @Test
    void anUnpackedArchiveHasAllThatItNeeds() throws Exception {
        Path home = archive();
        checkout.script(home.resolve("runtime/bin/java"), "echo own \"$@\"\n");
        Path none = Files.createDirectory(directory.resolve("no tools"));
        Ended ended = checkout.run(Map.of("PATH", none.toString()), "replay", "x");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.java()).startsWith("own ").contains("/app/gleaner.jar replay x");
        assertThat(ended.java()).contains("-Dgleaner.train=");
        assertThat(home.resolve(".build")).doesNotExist();

        Files.writeString(home.resolve("app/gleaner.aot"), "cache");
        assertThat(checkout.run("replay", "x").java()).contains("AOTCache=" + home);
    }

    @Test
    void anArchiveOfAnotherSystem() throws Exception {
        Path home = archive();
        Ended ended = checkout.run("--version");
        assertThat(ended.code()).isEqualTo(69);
        assertThat(ended.err()).contains(home + "/runtime has no Java").hasLineCount(1);
    }

    private Path archive() throws IOException {
        Path home = checkout.home.toRealPath();
        Files.delete(home.resolve("pom.xml"));
        Files.createDirectories(home.resolve("runtime/bin"));
        Files.createDirectory(home.resolve("app"));
        Files.writeString(home.resolve("app/gleaner.jar"), "a jar");
        return home;
    }

    // --- exit codes --------------------------------------------------------------------------

    @Test
    void aBuildThatFailsShowsMavensErrorsOnce() throws Exception {
        checkout.maven(
                """
                echo '[ERROR] A.java:[3,4] cannot find symbol'
                echo '[WARNING] boring'
                echo '[ERROR] A.java:[3,4] cannot find symbol'
                echo '[ERROR] Failed to execute goal -> [Help 1]'
                echo '[ERROR] advice'
                exit 1
                """);
        Ended ended = checkout.run("--version");
        assertThat(ended.code()).isEqualTo(71);
        assertThat(ended.err().lines().skip(1))
                .containsExactly(
                        "[ERROR] A.java:[3,4] cannot find symbol",
                        "[ERROR] Failed to execute goal -> [Help 1]",
                        "gleaner: the build failed; all of it is in "
                                + checkout.home.toRealPath().resolve(".build/build.log"));
    }

    @Test
    void withoutMaven() throws Exception {
        Path tools = tools("find", "mkdir", "mv", "rm");
        Ended ended = checkout.run(Map.of("PATH", tools.toString()), "--version");
        assertThat(ended.code()).isEqualTo(68);
        assertThat(ended.err())
                .contains("neither mvn on PATH nor ", "/mvnw; install Maven")
                .hasLineCount(1);
    }

    @Test
    void withTheWrapperInPlaceOfMaven() throws Exception {
        checkout.script(
                checkout.home.resolve("mvnw"),
                "echo \"$JAVA_HOME $*\" >wrapped; command -v unzip >>wrapped\n" + Checkout.BUILT);
        Path tools =
                tools(
                        "find",
                        "mkdir",
                        "mv",
                        "rm",
                        "basename",
                        "cat",
                        "chmod",
                        "dirname",
                        "mktemp",
                        "tr",
                        "uname");
        Ended ended = checkout.run(Map.of("PATH", tools.toString()), "--version");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.err()).contains("/mvnw gets it").hasLineCount(2);
        assertThat(checkout.home.resolve("wrapped"))
                .content()
                .contains("/jdk -B ", "-pl cli -am package", ".build/tools/unzip");
    }

    /// As the wrapper calls it: the archive, and where to.
    @Test
    void theJdkUnpacksWhereThereIsNoUnzip() throws Exception {
        String jdk = System.getProperty("java.home");
        assumeThat(Path.of(jdk, "bin", "jar")).exists();
        checkout.script(
                checkout.home.resolve("mvnw"),
                "unzip -q \"$PWD/maven.zip\" -d unpacked && unpacked/maven/bin/mvn\n"
                        + Checkout.BUILT);
        Path zip = checkout.home.resolve("maven.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("maven/bin/mvn"));
            out.write("#!/bin/sh\necho unpacked >ran\n".getBytes(StandardCharsets.UTF_8));
        }
        Files.createDirectory(checkout.home.resolve("unpacked"));
        Path tools =
                tools(
                        "find",
                        "mkdir",
                        "mv",
                        "rm",
                        "basename",
                        "cat",
                        "chmod",
                        "dirname",
                        "mktemp",
                        "tr",
                        "uname");
        Map<String, String> environment =
                Map.of("PATH", tools.toString(), "GLEANER_JAVA_HOME", jdk);
        checkout.run(environment, "--version");
        assertThat(checkout.home.resolve("ran")).hasContent("unpacked");
    }

    @Test
    void onlyModulesThatAreShippedAreLookedAt() throws Exception {
        checkout.run("--version");
        Thread.sleep(20);
        Files.writeString(checkout.home.resolve("bench/src/main/A.java"), "class A {}");
        assertThat(checkout.run("--version").err()).isEmpty();
        Files.writeString(checkout.home.resolve("cli/src/main/A.java"), "class A {}");
        assertThat(checkout.run("--version").err()).contains("its sources changed");
    }

    @Test
    void withoutAJdk() throws Exception {
        Ended ended = checkout.run(Map.of("GLEANER_JAVA_HOME", "/nowhere"), "--version");
        assertThat(ended.code()).isEqualTo(69);
        assertThat(ended.err())
                .contains("GLEANER_JAVA_HOME=/nowhere is not a JDK 25")
                .hasLineCount(1);
    }

    @Test
    void withoutToolsToBuild() throws Exception {
        Path none = Files.createDirectory(directory.resolve("no tools"));
        Ended ended = checkout.run(Map.of("PATH", none.toString()), "--version");
        assertThat(ended.code()).isEqualTo(72);
        assertThat(ended.err())
                .contains("'mkdir' is needed to build Gleaner, and is not on PATH (" + none)
                .hasLineCount(1);
    }

    @Test
    void aBuiltOneNeedsOneTool() throws Exception {
        checkout.run("--version");
        Path none = Files.createDirectory(directory.resolve("no tools"));
        Ended without = checkout.run(Map.of("PATH", none.toString()), "--version");
        assertThat(without.code()).isEqualTo(72);
        assertThat(without.err()).contains("'find' is needed").hasLineCount(1);

        Ended with = checkout.run(Map.of("PATH", tools("find").toString()), "--version");
        assertThat(with.code()).as(with.err()).isZero();
    }

    @Test
    void notBuiltAndNotWritable() throws Exception {
        Files.writeString(checkout.home.resolve(".build"), "in the way");
        Ended ended = checkout.run("--version");
        assertThat(ended.code()).isEqualTo(73);
        assertThat(ended.err())
                .contains("not built yet, and ", ".build cannot be written; run ./gleaner once as")
                .hasLineCount(1);
    }

    @Test
    void builtAndNotWritable() throws Exception {
        checkout.run("--version");
        Files.delete(checkout.home.resolve(".build/lock"));
        Files.createDirectory(checkout.home.resolve(".build/lock"));
        Ended fresh = checkout.run("replay", "x");
        assertThat(fresh.code()).as(fresh.err()).isZero();
        assertThat(fresh.err()).isEmpty();

        checkout.changeSource();
        Ended old = checkout.run("replay", "x");
        assertThat(old.code()).as(old.err()).isZero();
        assertThat(old.err())
                .contains(".build/lock cannot be written, so the last build runs")
                .hasLineCount(1);
        assertThat(checkout.builds()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "-Xmx99999g, Could not reserve enough space",
        "-XX:+NoSuch, Unrecognized VM option 'NoSuch'",
        "-Xfoo, Unrecognized option: -Xfoo",
        "-XX:+UseG1GC -XX:+UseZGC, Multiple garbage collectors selected",
        "noOption, Could not find or load main class noOption",
        "-version, -version does not let Gleaner run",
    })
    void aBadJvmOption(String options, String why) throws Exception {
        checkout.run("--version");
        String jdk = System.getProperty("java.home");
        assumeThat(Path.of(jdk, "bin", "javac")).exists();
        Ended ended =
                checkout.run(
                        Map.of("GLEANER_JAVA_HOME", jdk, "GLEANER_JAVA_OPTS", options),
                        "--version");
        assertThat(ended.code()).as(ended.err()).isEqualTo(78);
        assertThat(ended.err())
                .startsWith("gleaner: Java does not start with GLEANER_JAVA_OPTS=" + options + ": ")
                .contains(why)
                .endsWith("; mend the option, or unset the variable\n")
                .hasLineCount(1);
    }

    @Test
    void goodJvmOptionsComeLast() throws Exception {
        Ended ended = checkout.run(Map.of("GLEANER_JAVA_OPTS", "-Xmx8g -XX:+UseZGC"), "--version");
        assertThat(ended.java()).contains("-Xmx8g -XX:+UseZGC -jar").doesNotContain("ParallelGC");
    }

    @Test
    void everyExitCodeIsToldInTheHelpAndInTheDocumentation() throws Exception {
        Session help = new Session(directory);
        help.run("--help");
        String launcher = Files.readString(checkout.home.resolve("gleaner"));
        String page = Files.readString(Path.of("..", "docs", "exit-codes.md"));
        TreeSet<String> told = numbers("(?m)^  (\\d+)  ", help.out());
        assertThat(told).isNotEmpty().isEqualTo(numbers("(?m)^\\| (\\d+) \\|", page));
        assertThat(told).containsAll(numbers("fail (\\d+) ", launcher)).contains("70");
    }

    private static TreeSet<String> numbers(String pattern, String text) {
        TreeSet<String> all = new TreeSet<>();
        for (MatchResult found : Pattern.compile(pattern).matcher(text).results().toList()) {
            all.add(found.group(1));
        }
        return all;
    }

    // --- the training ------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--help",
                "-h",
                "--version",
                "help replay",
                "replay --help",
                "check --list",
                "run",
                "run neighbours",
                "torture",
                "no-such-command",
            })
    void nothingToTrainFor(String line) throws Exception {
        Ended ended = checkout.run(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(ended.out()).hasLineCount(1);
        assertThat(ended.err()).doesNotContain("training");
        assertThat(ended.java()).doesNotContain("gleaner.train", "AOTCache");
    }

    @ParameterizedTest
    @ValueSource(strings = {"replay x", "check", "validate reclaim"})
    void whatGainsByItTrainsAfterwardsOnce(String line) throws Exception {
        Path cache = checkout.home.resolve(".build/app-a/gleaner.aot");
        Ended before = checkout.run(line.split(" "));
        assertThat(before.java()).contains("-Dgleaner.train=").doesNotContain("AOTCache");

        checkout.script(checkout.java, training("echo cache >\"$new\""));
        Ended trained = checkout.run("--train-jvm");
        assertThat(trained.err()).contains("training the JVM").hasLineCount(1);
        assertThat(cache).hasContent("cache");
        assertThat(checkout.run("--train-jvm").err()).isEmpty();

        checkout.script(checkout.java, "echo \"$@\"\n");
        assertThat(checkout.run(line.split(" ")).java())
                .contains("-XX:AOTCache=")
                .doesNotContain("gleaner.train");
        checkout.changeSource();
        assertThat(checkout.run(line.split(" ")).java())
                .contains("-Dgleaner.train=")
                .doesNotContain("AOTCache");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill -9 $PPID $$", "kill -9 $$"})
    void aTrainingThatWasKilledIsNone(String end) throws Exception {
        checkout.run("--version");
        checkout.script(checkout.java, training("echo half >\"$new\"; " + end));
        checkout.run("--train-jvm");
        assertThat(checkout.home.resolve(".build/app-a/gleaner.aot")).doesNotExist();

        checkout.script(checkout.java, training("echo cache >\"$new\""));
        checkout.run("--train-jvm");
        assertThat(checkout.home.resolve(".build/app-a/gleaner.aot")).hasContent("cache");
    }

    @Test
    void aCacheThatDoesNotLoadIsNotTriedAgain() throws Exception {
        checkout.run("--version");
        checkout.script(
                checkout.java,
                "case \"$*\" in *AOTMode=on*) exit 1 ;; esac\n" + training("echo half >\"$new\""));
        checkout.run("--train-jvm");
        assertThat(checkout.home.resolve(".build/app-a/gleaner.aot")).isEmptyFile();
        checkout.script(checkout.java, "echo \"$@\"\n");
        assertThat(checkout.run("replay", "x").java()).doesNotContain("AOTCache", "gleaner.train");
    }

    private static String training(String script) {
        return "for option; do case $option in -XX:AOTCacheOutput=*) new=${option#*=}; "
                + script
                + " ;; esac; done\n";
    }

    private Path tools(String... names) throws IOException {
        Path tools = Files.createDirectory(directory.resolve("tools"));
        for (String name : names) {
            checkout.script(tools.resolve(name), "exec /usr/bin/" + name + " \"$@\"\n");
        }
        return tools;
    }
}
