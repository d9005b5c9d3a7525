package org.gleaner.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/// Tells what `gleaner --version` prints: the version that the jar was built as, and the Java that
/// runs it.
public final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }

    static String text() {
        return ofGleaner() + " on Java " + Runtime.version();
    }

    /// The same without Java, which moves no result.
    public static String ofGleaner() {
        String version = Version.class.getPackage().getImplementationVersion();
        return "gleaner " + Objects.requireNonNullElse(version, "(not packaged)");
    }
}
