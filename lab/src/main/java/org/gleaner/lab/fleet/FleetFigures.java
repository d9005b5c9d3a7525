package org.gleaner.lab.fleet;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What one or more files of a table come to: each figure as a distribution over VMs, and over the
/// VMs that are there at a moment, which is each VM as often as its life is long.
///
/// @param rows of all files
/// @param vms, or what stands for them
/// @param cut of these, those that are there at either end of the table's time, whose lives are
///     longer than is known
/// @param firstSecond of the table's time
/// @param lastSecond of it
public record FleetFigures(
        String table,
        String origin,
        String level,
        String standsFor,
        boolean shares,
        List<String> notes,
        long rows,
        long vms,
        long cut,
        double firstSecond,
        double lastSecond,
        Map<Figure, Distribution> ofVms,
        Map<Figure, Distribution> atMoments) {

    /// What is known of a VM.
    public enum Figure {
        SIZE("size", "memory that it was given"),
        USED("used", "of it in use, the mean over its life"),
        MOST("most", "the most that was in use"),
        TOUCHED("touched %", "the most that was in use, of its size"),
        CACHE("cache", "of what is in use, page cache"),
        LIFE("life s", "seconds that it was there; of VMs that are not cut only");

        private final String label;
        private final String meaning;

        Figure(String label, String meaning) {
            this.label = label;
            this.meaning = meaning;
        }

        public String label() {
            return label;
        }

        public String meaning() {
            return meaning;
        }
    }

    /// Puts them together.
    static final class Sum {
        private final Map<Figure, Distribution> ofVms = empty();
        private final Map<Figure, Distribution> atMoments = empty();
        private final double first;
        private final double last;
        private long vms;
        private long cut;

        /// @param first second of the table's time
        Sum(double first, double last) {
            this.first = first;
            this.last = last;
        }

        private static Map<Figure, Distribution> empty() {
            Map<Figure, Distribution> all = new EnumMap<>(Figure.class);
            for (Figure each : Figure.values()) {
                all.put(each, new Distribution());
            }
            return all;
        }

        /// Takes a whole life.
        void add(Stretch life) {
            vms++;
            boolean whole = life.from > first && life.to < last;
            cut += whole ? 0 : 1;
            double end = Double.isNaN(life.to) ? last : Math.min(life.to, last);
            double seconds = end - Math.max(life.from, first);
            add(Figure.SIZE, life.size, seconds);
            add(Figure.USED, life.used, seconds);
            add(Figure.MOST, life.most, seconds);
            add(Figure.TOUCHED, Math.min(100, 100 * life.most / life.size), seconds);
            add(Figure.CACHE, life.cache, seconds);
            if (whole) {
                add(Figure.LIFE, life.to - life.from, seconds);
            }
        }

        private void add(Figure figure, double value, double seconds) {
            requireNonNull(ofVms.get(figure)).add(value, 1);
            requireNonNull(atMoments.get(figure)).add(value, seconds);
        }

        FleetFigures of(FleetTable.About about, long rows) {
            return new FleetFigures(
                    about.label(),
                    about.origin(),
                    about.level(),
                    about.standsFor(),
                    about.unit() == FleetTable.Unit.MACHINE,
                    about.notes(),
                    rows,
                    vms,
                    cut,
                    first,
                    last,
                    ofVms,
                    atMoments);
        }
    }
}
