package org.gleaner.lab.generate;

import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.trace.format.AccessSink;

/// A store under a load like YCSB's: each operation goes down an index of three levels to a record,
/// which it reads, updates or scans from, or appends one.
///
/// Records lie one behind the other, several to a page. Which one is asked for follows Zipf's law,
/// scattered; new records are the last ones. The root of the index is one page, its inner pages and
/// leaves have as many entries as a page of 4 KiB has of 16 bytes.
final class Ycsb implements Pattern {

    private static final int FAN_OUT = 256;
    private static final int PAGE = 4096;

    @Override
    public String name() {
        return "ycsb";
    }

    @Override
    public String summary() {
        return "a store with an index under a load like YCSB's: reads, updates, inserts, scans";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.count("records", "records at the beginning", 100_000, 1 << 28),
                Parameter.count("record", "bytes of a record", 1_000, 1 << 20),
                new Parameter("exponent", "of Zipf's law among records", 0.99, 0, 10, false),
                Parameter.share("update", "share of operations that update a record", 0.5),
                Parameter.share("insert", "share of operations that append one", 0),
                Parameter.share("scan", "share of operations that scan from one", 0),
                Parameter.count("scanned", "records that a scan reads, at most", 100, 1 << 20));
    }

    @Override
    public Source begin(Values values, SplittableRandom random) {
        return new Store(values, random);
    }

    private static final class Store implements Source {
        private final SplittableRandom random;
        private final ZipfRanks ranks;
        private final int[] recordOf;
        private final int bytes;
        private final double update;
        private final double insert;
        private final double scan;
        private final int scanned;
        private final long firstData;
        private final long firstLeaf;
        private final long mostRecords;
        private long records;

        // the operation under way
        private int step;
        private long record;
        private boolean write;
        private long page;
        private long lastPage = -1;

        Store(Values values, SplittableRandom random) {
            this.random = random;
            records = values.count("records");
            bytes = values.count("record");
            ranks = new ZipfRanks((int) records, values.number("exponent"));
            recordOf = ZipfRanks.shuffled((int) records, random);
            update = values.number("update");
            insert = values.number("insert");
            scan = values.number("scan");
            scanned = values.count("scanned");
            // room for the index of four times as many records
            mostRecords = records * 4;
            long leaves = Math.ceilDiv(mostRecords, (long) FAN_OUT);
            firstLeaf = 1 + Math.ceilDiv(leaves, (long) FAN_OUT);
            firstData = firstLeaf + leaves;
        }

        @Override
        public void next(AccessSink sink) {
            switch (step) {
                case 0 -> {
                    begin();
                    sink.access(0, false);
                    step = 1;
                }
                case 1 -> {
                    sink.access(1 + record / FAN_OUT / FAN_OUT, false);
                    step = 2;
                }
                case 2 -> {
                    sink.access(firstLeaf + record / FAN_OUT, record == records - 1 && write);
                    step = 3;
                }
                default -> {
                    sink.access(page, write);
                    if (page++ == lastPage) {
                        step = 0;
                    }
                }
            }
        }

        private void begin() {
            double kind = random.nextDouble();
            write = kind < update + insert;
            if (kind >= update && kind < update + insert && records < mostRecords) {
                record = records++;
            } else {
                record = recordOf[ranks.next(random)];
            }
            boolean scans = kind >= update + insert && kind < update + insert + scan;
            long last = scans ? record + random.nextInt(scanned) : record;
            page = firstData + record * bytes / PAGE;
            lastPage = firstData + (Math.min(last, records - 1) * bytes + bytes - 1) / PAGE;
        }
    }
}
