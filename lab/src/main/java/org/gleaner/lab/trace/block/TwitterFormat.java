package org.gleaner.lab.trace.block;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// Twitter's cache traces: `0,nz:u:1,6,12289,4,get,3600`: seconds, a key, the sizes of key and
/// value, a client, the operation and the time to live. A key is a page; `get` and `gets` read it,
/// all other operations write it.
///
/// Keys are kept, once each.
public final class TwitterFormat implements TraceFormat {

    private static final About ABOUT =
            new About("twitter", "Twitter cache traces, CSV", Level.KEY, "twitter");

    /// The longest key that is believed, in bytes.
    private static final int LONGEST_KEY = 1 << 12;

    private static final String[] WRITES = {
        "set", "add", "replace", "cas", "append", "prepend", "delete", "incr", "decr", "touch"
    };

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        Keys keys = new Keys();
        reading.named(keys::text);
        while (line.nextFilled()) {
            sink.time(line.needSeconds("time"));
            line.need(',');
            int from = line.at();
            line.skipTo(',');
            int to = line.at();
            if (to == from || to - from > LONGEST_KEY) {
                throw line.malformed("its key has " + (to - from) + " bytes");
            }
            line.need(',');
            line.needDecimal("size of its key");
            line.need(',');
            line.needDecimal("size of its value");
            line.need(',');
            line.needDecimal("client");
            line.need(',');
            boolean read = line.take("gets") || line.take("get");
            if (!read && !isWrite(line)) {
                throw line.no("operation", "operation of a cache");
            }
            line.need(',');
            line.needDecimal("time to live");
            line.needEnd();
            reading.record();
            sink.access(keys.id(line.buffer(), from, to), !read);
        }
    }

    private static boolean isWrite(Line line) {
        for (String operation : WRITES) {
            if (line.take(operation)) {
                return true;
            }
        }
        return false;
    }
}
