package org.gleaner.lab.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.observe.EventLog.Event;
import org.junit.jupiter.api.Test;

final class EventFoldTest {

    @Test
    void aFewEventsAreAsTheyCame() {
        EventFold fold = new EventFold(1, 100);
        for (int i = 0; i < 100; i++) {
            fold.add(3, 7, 10L * i, 10 * i + 4, i, 0, 0);
        }
        assertThat(fold.events())
                .hasSize(100)
                .contains(new Event(3, 7, 50, 54, 1, 4, false, 5, 0, 0));
    }

    @Test
    void ofManyAllSumsAreExact() {
        EventFold fold = new EventFold(1, 1000);
        SplittableRandom random = new SplittableRandom(5);
        long at = 0;
        long nanos = 0;
        long pages = 0;
        for (int i = 0; i < 1_000_000; i++) {
            at += random.nextInt(100);
            int takes = random.nextInt(1000);
            int n = random.nextInt(32);
            fold.add(random.nextInt(4), random.nextInt(3), at, at + takes, n, 1, 2);
            nanos += takes;
            pages += n;
        }
        List<Event> all = fold.events();
        assertThat(all).hasSizeBetween(250, 1000);
        assertThat(all.stream().mapToLong(Event::count).sum()).isEqualTo(1_000_000);
        assertThat(all.stream().mapToLong(Event::nanos).sum()).isEqualTo(nanos);
        assertThat(all.stream().mapToLong(Event::a).sum()).isEqualTo(pages);
        assertThat(all.stream().mapToLong(Event::b).sum()).isEqualTo(1_000_000);
        long width = all.getFirst().to() - all.getFirst().from();
        assertThat(all).allMatch(each -> each.isFolded());
        assertThat(all).allMatch(each -> each.to() - each.from() == width);
        assertThat(all).allMatch(each -> each.from() % width == 0);
    }

    @Test
    void moreTracksThanThereIsRoomForEndInOneSliceEach() {
        EventFold fold = new EventFold(1, 10);
        for (int i = 0; i < 10_000; i++) {
            fold.add(i % 50, 0, i, i, 1, 0, 0);
        }
        assertThat(fold.events()).hasSize(50).allMatch(each -> each.count() == 200);
    }
}
