package org.gleaner.browser;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A browser for all tests of a class, which are skipped where none is installed.
public final class OpenBrowser implements BeforeAllCallback, AfterAllCallback {

    private @Nullable Browser browser;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException, InterruptedException {
        assumeTrue(
                Browser.installed().isPresent(),
                "no chromium: 'apt-get install chromium' for tests of pages");
        browser = Browser.open();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    /// A new page of its own, without anything in it yet.
    public Tab tab() {
        if (browser == null) {
            throw new IllegalStateException("no browser before the first test");
        }
        return browser.tab();
    }
}
