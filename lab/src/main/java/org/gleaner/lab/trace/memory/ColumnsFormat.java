package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// Text in columns, an access in each line: with a map of the columns, or with a header that names
/// an address.
///
/// An address counts bytes, sectors of 512 bytes or pages; a size always counts bytes, and without
/// one a line touches one page. What begins with R, L or G reads, with W or S writes; without such
/// a column all are reads. Columns of processes or disks are name spaces.
public final class ColumnsFormat implements TraceFormat {

    /// With what the header says.
    public static final ColumnsFormat BY_HEADER = new ColumnsFormat(Columns.ofHeader());

    private static final int SECTOR = 9;

    private final Columns columns;
    private final About about;

    private ColumnsFormat(Columns columns) {
        this.columns = columns;
        this.about =
                new About(
                        "csv",
                        "text in columns: a header with an address, or --columns address=3,size=4",
                        columns.unit() == SECTOR ? Level.BLOCK : Level.MEMORY);
    }

    /// The format of a file with these columns.
    ///
    /// @param map as in `address=3,size=4,op=2,unit=sector,separator=tab,base=16`
    /// @throws BadInput if it is none
    public static ColumnsFormat of(String map) {
        return new ColumnsFormat(Columns.of(map));
    }

    @Override
    public About about() {
        return about;
    }

    @Override
    public int recognise(Head head) {
        int fit = head.read(this);
        return fit == LIKELY ? fit - 5 : fit;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        if (!line.nextFilled()) {
            return;
        }
        ColumnsLine record = new ColumnsLine(columns, line, sink);
        if (record.begins()) {
            record.touch();
            reading.record();
        }
        while (line.nextFilled()) {
            record.touch();
            reading.record();
        }
    }
}
