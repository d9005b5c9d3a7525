package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What shells offer. Shells that are not installed are passed over.
final class CompletionCommandTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({
        "gleaner r, 'run replay report'",
        "gleaner trace f, formats",
        "gleaner run --se, '--set --seed --seeds'",
        "gleaner run --se x --sca, --scale",
        "gleaner replay --lru m, mglru",
        "gleaner replay --lru = cl, classic",
        "gleaner replay --engine t, threads",
        "gleaner run neigh, neighbours",
        "gleaner scenario check neigh, neighbours",
        "gleaner replay sql, sqlite",
        "gleaner check recheck-n, recheck-not-locked",
        "gleaner run --seed ru, ''",
        "gleaner replay --memory 50% my, my.u32",
        "gleaner run --out my, my.u32",
        "gleaner torture my, ''",
    })
    void bash(String line, String offered) throws Exception {
        Path script = script("bash");
        Files.createFile(directory.resolve("my.u32"));
        String text =
                "source '%s'; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _gleaner; echo \"${COMPREPLY[*]}\""
                        .formatted(script, line);
        assertThat(run("bash", "-c", text)).isEqualTo(offered);
    }

    @ParameterizedTest
    @CsvSource({
        "gleaner ru, run",
        "gleaner trace f, formats",
        "gleaner run --sca, --scale",
        "gleaner replay --lru m, mglru",
        "gleaner replay --lru=cl, --lru=classic",
        "gleaner run neigh, neighbours",
        "gleaner scenario check neigh, neighbours",
        "gleaner replay --memory 50% sql, sqlite",
        "gleaner run --out my, my.u32",
        "gleaner torture my, ''",
    })
    void fish(String line, String offered) throws Exception {
        Path script = script("fish");
        Files.createFile(directory.resolve("my.u32"));
        String text = "source '%s'; complete -C '%s'".formatted(script, line);
        String words = run("fish", "-c", text).replaceAll("(?m)\t.*", "");
        assertThat(words).isEqualTo(offered);
    }

    /// What it offers is seen on a terminal only; here it must be taken, and be valid.
    @Test
    void zsh() throws Exception {
        Path script = script("zsh");
        String text =
                "zsh -n '%1$s' && autoload -Uz compinit && compinit -u -D && source '%1$s' && echo $_comps[gleaner]"
                        .formatted(script);
        assertThat(run("zsh", "-f", "-c", text)).isEqualTo("_gleaner");
        assertThat(Files.readString(script))
                .startsWith("#compdef gleaner\n")
                .contains("'--lru=[Compare mglru,classic likewise]:LRU:(mglru classic)'");
    }

    @Test
    void noSuchShell() {
        Session session = new Session(directory);
        assertThat(session.run("completion", "tcsh")).isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(session.err()).contains("no shell 'tcsh'", "bash, zsh or fish").hasLineCount(1);
    }

    private Path script(String shell) throws IOException {
        assumeThat(Path.of("/usr/bin", shell)).exists();
        Session session = new Session(directory);
        session.home = ROOT;
        assertThat(session.run("completion", shell)).as(session.err()).isZero();
        return Files.writeString(directory.resolve("script"), session.out());
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s%n%s", List.of(command), out).isBetween(0, 1);
        return out.strip();
    }
}
