package org.gleaner.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/// Tells what `gleaner --version` prints: the version that the jar was built as, and the Java that
/// runs it.
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }

    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return "gleaner "
                + Objects.requireNonNullElse(version, "(not packaged)")
                + " on Java "
                + Runtime.version();
    }
}
