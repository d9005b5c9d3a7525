package org.gleaner.mm.swap;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What a plug holds back, and when it must let go.
final class RequestPlugTest {
    private static RequestPlug plug(KernelVersion kernel) {
        RequestPlug plug = new RequestPlug(kernel);
        plug.open();
        return plug;
    }

    private static void run(RequestPlug plug, int from, int pages, boolean read) {
        for (int slot = from; slot < from + pages; slot++) {
            plug.add(slot, slot, read);
        }
    }

    @ParameterizedTest
    @EnumSource(KernelVersion.class)
    void aRequestHasAtMost254PagesOfOneDirection(KernelVersion kernel) {
        RequestPlug plug = plug(kernel);
        run(plug, 0, 280, false);
        run(plug, 280, 20, true);
        assertThat(plug.requests()).isEqualTo(3);
        assertThat(plug.size(0)).isEqualTo(254);
        assertThat(plug.size(1)).isEqualTo(26);
        assertThat(plug.size(2)).isEqualTo(20);
        assertThat(plug.isRead(1)).isFalse();
        assertThat(plug.isRead(2)).isTrue();
        assertThat(plug.pages()).isEqualTo(300);
        assertThat(plug.requestOf(253)).isZero();
        assertThat(plug.requestOf(254)).isOne();
        assertThat(plug.pfn(299)).isEqualTo(299);
    }

    @ParameterizedTest
    @CsvSource({"6.1, 2", "6.12, 5", "6.18, 5", "7.2, 5"})
    void aPageJoinsAnOlderRequestIn61Only(String kernel, int requests) {
        RequestPlug plug = plug(KernelVersion.forName(kernel));
        for (int slot : new int[] {10, 50, 11, 51, 12}) {
            plug.add(slot, slot, false);
        }
        assertThat(plug.requests()).isEqualTo(requests);
        plug.clear();
        assertThat(plug.requests()).isZero();
        plug.add(13, 13, false);
        assertThat(plug.requests()).as("what is gone is not continued").isOne();
        assertThat(plug.size(0)).isOne();
    }

    @Test
    void aLargeOldestRequestLetsNoOtherJoin() {
        RequestPlug plug = plug(KernelVersion.V6_12);
        run(plug, 0, 31, false);
        assertThat(plug.isFullFor(100, false)).isFalse();
        run(plug, 31, 1, false);
        assertThat(plug.isFullFor(32, false)).as("a page that continues it").isFalse();
        assertThat(plug.isFullFor(100, false)).isTrue();
        assertThat(plug.isFullFor(32, true)).isTrue();
    }

    /// As when reclaim writes inside a read-ahead window that has read one page so far.
    @Test
    void aSmallOldestOneKeepsAllTheOthers() {
        RequestPlug plug = plug(KernelVersion.V7_2);
        plug.add(7, 7, true);
        for (int i = 1; i < RequestPlug.MOST_REQUESTS; i++) {
            int first = 1_000 * i;
            assertThat(plug.isFullFor(first, false)).isFalse();
            run(plug, first, RequestPlug.MOST_PAGES, false);
        }
        assertThat(plug.isFullFor(999_999, false)).as("the 33rd").isTrue();
        assertThat(plug.pages()).isEqualTo(1 + 31 * 254);
    }
}
