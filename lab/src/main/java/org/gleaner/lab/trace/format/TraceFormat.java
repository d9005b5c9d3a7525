package org.gleaner.lab.trace.format;

import java.io.IOException;
import java.util.List;

/// One way in which a tool writes accesses down. Stateless: what a reading needs to remember lives
/// in a reading.
///
/// A reader takes what its format allows and refuses all else: it never guesses. Memory does not
/// grow with numbers that it finds in a file.
public interface TraceFormat {

    /// The beginning is what this format and no other begins with.
    int CERTAIN = 100;

    /// All that is known of the beginning fits, and would hardly do so by chance.
    int LIKELY = 70;

    /// The beginning fits, as that of other formats may.
    int POSSIBLE = 30;

    /// The beginning cannot be of this format.
    int NO = 0;

    /// What this format is called, where it comes from, and what its records are.
    About about();

    /// @param label its name on the command line and in results
    /// @param origin which tool writes it, or how it is made: one line for people
    /// @param level what its records are
    /// @param names words between the dots of a file's name that mean this format; lower case
    record About(String label, String origin, Level level, List<String> names) {
        public About {
            names = List.copyOf(names);
        }

        public About(String label, String origin, Level level, String... names) {
            this(label, origin, level, List.of(names));
        }
    }

    /// Its name on the command line and in results.
    default String label() {
        return about().label();
    }

    /// What its records are.
    default Level level() {
        return about().level();
    }

    /// How well the beginning of a file fits, [#NO] to [#CERTAIN]. By default as well as its lines
    /// can be read.
    default int recognise(Head head) {
        return head.read(this);
    }

    /// Reads all of `bytes` into `sink`.
    ///
    /// @param reading counts the records, as far as it got
    /// @throws Malformed at the first record that is none
    /// @throws IOException what the file or its packing throws
    void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException;
}
