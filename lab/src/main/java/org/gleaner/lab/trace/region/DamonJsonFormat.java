package org.gleaner.lab.trace.region;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/// DAMON's records as damo writes them (`damon.data`): JSON, packed with zlib or not. A list of
/// records, each with snapshots, each with regions and how often they were found accessed.
///
/// Each region that was accessed touches each of its pages once, in ascending order, snapshot after
/// snapshot by their time over all records. The regions are held until the last one was read.
public final class DamonJsonFormat implements TraceFormat {

    private static final About ABOUT =
            new About("damon-json", "damo record (damon.data), JSON", Level.REGION);

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(64)
                                    .maxStringLength(1 << 16)
                                    .maxNameLength(1 << 10)
                                    .maxNumberLength(64)
                                    .build())
                    .build();

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        byte[] bytes = head.bytes();
        int at = 0;
        while (at < bytes.length && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r')) {
            at++;
        }
        if (!head.isText() || at == bytes.length || bytes[at] != '[' && bytes[at] != '{') {
            return NO;
        }
        boolean theirs = head.contains("\"kdamond_idx\"") || head.contains("\"nr_accesses\"");
        return theirs ? CERTAIN : POSSIBLE / 2;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Snapshots snapshots = new Snapshots();
        try (JsonParser json = JSON.createParser(bytes.rest())) {
            new Document(json, snapshots).read();
        } catch (JacksonIOException e) {
            throw e.getCause();
        } catch (JacksonException e) {
            throw new Malformed(place(e.getLocation()), e.getOriginalMessage());
        }
        snapshots.touch(sink, bytes, reading);
    }

    private static String place(TokenStreamLocation at) {
        if (at == null || at.getLineNr() < 1) {
            return "";
        }
        return at.getLineNr() > 1 ? "line " + at.getLineNr() : "byte " + at.getByteOffset();
    }

    /// One document, taken token by token.
    private static final class Document {
        private final JsonParser json;
        private final Snapshots snapshots;

        Document(JsonParser json, Snapshots snapshots) {
            this.json = json;
            this.snapshots = snapshots;
        }

        void read() {
            JsonToken first = json.nextToken();
            if (first == JsonToken.START_ARRAY) {
                elements("a record");
            } else if (first == JsonToken.START_OBJECT) {
                record();
            } else {
                throw malformed("it is neither a list of records nor a record");
            }
            if (json.nextToken() != null) {
                throw malformed("something follows the records");
            }
        }

        /// Takes the elements of a list, which are objects.
        private void elements(String what) {
            while (next() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.START_OBJECT) {
                    throw malformed("where " + what + " should be is none");
                }
                switch (what) {
                    case "a record" -> record();
                    case "a snapshot" -> snapshot();
                    default -> region();
                }
            }
        }

        private void record() {
            boolean some = false;
            while (next() == JsonToken.PROPERTY_NAME) {
                boolean isSnapshots = json.currentName().equals("snapshots");
                JsonToken value = next();
                if (isSnapshots && value == JsonToken.START_ARRAY) {
                    some = true;
                    elements("a snapshot");
                } else {
                    json.skipChildren();
                }
            }
            if (!some) {
                throw malformed("a record has no snapshots");
            }
        }

        private void snapshot() {
            snapshots.begin();
            boolean regions = false;
            while (next() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                JsonToken value = next();
                if (name.equals("regions") && value == JsonToken.START_ARRAY) {
                    regions = true;
                    elements("a region");
                } else if (name.equals("start_time") && value != JsonToken.VALUE_NULL) {
                    snapshots.time(number("start_time"));
                } else {
                    json.skipChildren();
                }
            }
            if (!regions) {
                throw malformed("a snapshot has no regions");
            }
        }

        private void region() {
            long start = -1;
            long end = -1;
            long samples = 0;
            int seen = 0;
            while (next() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                next();
                switch (name) {
                    case "start" -> {
                        start = number(name);
                        seen |= 1;
                    }
                    case "end" -> {
                        end = number(name);
                        seen |= 2;
                    }
                    case "nr_accesses" -> {
                        samples = samples();
                        seen |= 4;
                    }
                    default -> json.skipChildren();
                }
            }
            if (seen != 7) {
                throw malformed("a region lacks its start, end or nr_accesses");
            }
            String fault = Snapshots.fault(start, end, samples);
            if (fault != null) {
                throw malformed(fault);
            }
            snapshots.add(start, end, samples);
        }

        /// The count of samples: a number, or an object with one or a share of them.
        private long samples() {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                return number("nr_accesses");
            }
            long samples = 0;
            while (next() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                JsonToken value = next();
                boolean isCount = name.equals("samples") || name.equals("percent") && samples == 0;
                if (isCount && value != JsonToken.VALUE_NULL) {
                    samples = number(name);
                } else {
                    json.skipChildren();
                }
            }
            return samples;
        }

        /// A number as damo writes it: `94,827,419,009,024`, `"12"`, `3.9 MiB`.
        private long number(String meaning) {
            JsonToken token = json.currentToken();
            if (token != JsonToken.VALUE_STRING && !token.isNumeric()) {
                throw malformed("the " + meaning + " is no number");
            }
            String text = json.getString();
            long number = DamonNumber.of(text);
            if (number < 0) {
                throw malformed("the " + meaning + " '" + text + "' is no number");
            }
            return number;
        }

        /// The next token, of which there has to be one.
        private JsonToken next() {
            JsonToken token = json.nextToken();
            if (token == null) {
                throw malformed("the text ends too early");
            }
            return token;
        }

        private Malformed malformed(String what) {
            return new Malformed(place(json.currentTokenLocation()), what);
        }
    }
}
