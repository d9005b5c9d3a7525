package org.gleaner.lab.trace.region;

import java.util.List;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Line;

/// One line of `perf script`.
final class PerfLine {

    /// Numbers at the end of a line with a data source, at most: the weight and the physical
    /// address.
    private static final int MOST_NUMBERS = 2;

    private final Line line;
    private final AccessSink sink;
    private long address;
    private boolean store;
    private long cpu = -1;

    /// Numbers that end each line; -1 until the first has told.
    private int numbers = -1;

    PerfLine(Line line, AccessSink sink) {
        this.line = line;
        this.sink = sink;
    }

    /// The address of the line that was taken.
    long address() {
        return address;
    }

    /// Whether it stores.
    boolean isStore() {
        return store;
    }

    /// Takes a line whose fields are not known: `comm pid[/tid] [cpu] time: [period] event: addr`.
    void find(boolean hasSource) {
        int start = line.at();
        toTime();
        before(start, line.at());
        if (!line.seconds() || !line.take(':')) {
            throw line.no("time", "number of seconds with a colon");
        }
        sink.time(line.value());
        line.needBlanks("event");
        if (line.decimal() && !line.blanks()) {
            throw line.no("period", "field of its own");
        }
        event();
        address = word("address");
        store = false;
        if (hasSource) {
            source();
            int found = trailing();
            numbers = numbers < 0 ? found : numbers;
            if (found < numbers) {
                throw line.malformed("it ends without the numbers that the first line has");
            }
        }
    }

    /// Goes to the first word that is a time.
    private void toTime() {
        int start = line.at();
        while (!line.atEnd()) {
            int word = line.at();
            if (word > start && line.seconds() && line.take(':') && line.blanks()) {
                line.goTo(word);
                return;
            }
            line.word();
            line.blanks();
        }
        line.goTo(start);
        throw line.malformed("it has no time such as 1394.248110:");
    }

    /// Checks what stands before the time: a command, its process and perhaps a CPU.
    private void before(int start, int time) {
        byte[] buffer = line.buffer();
        int at = time;
        boolean digits = false;
        boolean bracket = false;
        for (at--; at > start; at--) {
            byte b = buffer[at];
            if (b >= '0' && b <= '9') {
                digits = true;
            } else if (b == ']' && !bracket && !digits) {
                bracket = true;
            } else if (b == '[' && bracket && digits) {
                cpu(at + 1);
                bracket = false;
                digits = false;
            } else if (b == ' ' && !digits || b == '/' && digits) {
                digits = b == '/';
            } else {
                break;
            }
        }
        line.goTo(time);
        if (!digits || bracket || buffer[at] != ' ') {
            throw line.malformed("no process and CPU stand before its time");
        }
    }

    private void cpu(int at) {
        line.goTo(at);
        if (line.decimal() && line.value() != cpu) {
            cpu = line.value();
            sink.cpu(cpu);
        }
    }

    /// Takes a name that ends in a colon.
    private void event() {
        while (line.word()) {
            boolean end = line.buffer()[line.at() - 1] == ':';
            line.blanks();
            if (end) {
                return;
            }
        }
        throw line.malformed("it has no event that ends in a colon");
    }

    /// Takes a hexadecimal number that is a word.
    private long word(String meaning) {
        long value = line.needHex(meaning);
        if (!line.atEnd()) {
            line.needBlanks("field behind the " + meaning);
        }
        return value;
    }

    /// Takes a data source: `88000182 |OP LOAD|LVL L1 hit|...`, up to the first bar.
    private void source() {
        word("data source");
        if (!line.take("|OP ")) {
            throw line.no("data source", "'|OP' of a load or store");
        }
        store = line.take("STORE");
    }

    /// How many numbers end the line, up to two.
    private int trailing() {
        int found = 0;
        int at = line.end();
        byte[] buffer = line.buffer();
        while (found < MOST_NUMBERS) {
            while (at > line.at() && buffer[at - 1] == ' ') {
                at--;
            }
            int end = at;
            while (at > line.at() && Character.digit(buffer[at - 1], 16) >= 0) {
                at--;
            }
            if (at == end || buffer[at - 1] != ' ') {
                break;
            }
            found++;
        }
        return found;
    }

    /// Takes a line that has these fields in this order.
    void take(List<PerfField> fields) {
        store = false;
        for (int i = 0; i < fields.size(); i++) {
            line.blanks();
            field(fields, i);
        }
        line.needEnd();
    }

    private void field(List<PerfField> fields, int i) {
        PerfField field = fields.get(i);
        boolean last = i + 1 == fields.size();
        switch (field) {
            case COMM -> command(!last);
            case PID, TID -> {
                line.needDecimal(field.label());
                line.take('/');
            }
            case CPU -> {
                line.need('[');
                long of = line.needDecimal("cpu");
                line.need(']');
                if (of != cpu) {
                    cpu = of;
                    sink.cpu(cpu);
                }
            }
            case TIME -> {
                sink.time(line.needSeconds("time"));
                line.need(':');
            }
            case EVENT -> event();
            case ADDR -> address = word("addr");
            case PHYS_ADDR, IP -> word(field.label());
            case PERIOD, WEIGHT, INS_LAT -> line.needDecimal(field.label());
            case DATA_SRC -> {
                source();
                toLast(fields.size() - i - 1);
            }
            case SYM, DSO, FLAGS, DATA_PAGE_SIZE, CODE_PAGE_SIZE -> {
                if (!line.word()) {
                    throw line.malformed("its " + field.label() + " is missing");
                }
            }
        }
    }

    /// Takes the name of a command, in which blanks may be: up to a word of digits, if `more` is to
    /// follow.
    private void command(boolean more) {
        line.word();
        while (more && line.blanks() && !line.atEnd()) {
            int word = line.at();
            if (line.decimal() && (line.atEnd() || line.take('/') || line.blanks())) {
                line.goTo(word);
                return;
            }
            line.goTo(word);
            if (line.take('[')) {
                line.goTo(word);
                return;
            }
            line.word();
        }
    }

    /// Goes to the last `words` words of the line.
    private void toLast(int words) {
        byte[] buffer = line.buffer();
        int at = line.end();
        for (int i = 0; i < words; i++) {
            while (at > line.at() && buffer[at - 1] == ' ') {
                at--;
            }
            while (at > line.at() && buffer[at - 1] != ' ' && buffer[at - 1] != '|') {
                at--;
            }
        }
        line.goTo(at);
    }
}
