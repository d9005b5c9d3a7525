package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.container.Unpacking;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Holds the bundled traces against what their README says of them.
final class BundledTracesTest {

    private static final Path DIRECTORY = Path.of("..", "traces");

    static final List<String> NAMES = new TraceCatalog(DIRECTORY).names();

    @ParameterizedTest
    @FieldSource("NAMES")
    void theReadmeIsRight(String name) throws IOException, NoSuchAlgorithmException {
        Path file = new TraceCatalog(DIRECTORY).find(name);
        Trace trace = TraceReader.read(file);
        String readme = Files.readString(DIRECTORY.resolve("README.md"));

        assertThat(readme)
                .contains(
                        "| %s | %,d | %,d | %,d | %.1f %% |"
                                .formatted(
                                        name,
                                        trace.accesses().length,
                                        trace.distinctPages(),
                                        trace.regionPages(),
                                        100.0 * writes(trace) / trace.accesses().length))
                .contains("| " + name + " | " + digest(file) + " |");
    }

    private static long writes(Trace trace) {
        return Arrays.stream(trace.accesses()).filter(Trace::isWrite).count();
    }

    private static String digest(Path file) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        return Unpacking.read(
                Input.ofProcess(),
                file,
                (bytes, _) -> {
                    InputStream digested = new DigestInputStream(bytes, digest);
                    digested.transferTo(OutputStream.nullOutputStream());
                    return HexFormat.of().formatHex(digest.digest());
                });
    }
}
