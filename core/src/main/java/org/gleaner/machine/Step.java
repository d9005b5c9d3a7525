package org.gleaner.machine;

/// What one actor of an [ExploringEngine] will do next, and, once it is done, what came of it. One
/// object for each actor, used again for each of its steps: copy what must last.
///
/// Two steps are *dependent* if they touch a common word and one of them may write it. Words are
/// numbered: a slab word by slab and index, so that a range of them is a range of numbers; all
/// others by negative numbers in order of first use. So the numbers of two runs agree as long as
/// their schedules do.
public final class Step {
    /// The number of no word.
    public static final int NOTHING = Integer.MIN_VALUE;

    /// Words named by [#word] and those after it: 1, but for a range.
    public int span = 1;

    /// Number of the first word.
    public int word = NOTHING;

    /// A second word, written along with the first; [#NOTHING] if there is none.
    public int also = NOTHING;

    /// Before the step: whether it may write. After it: whether the word has changed.
    public boolean writes;

    /// Value of the first word before and after the step.
    public long before;

    public long after;

    /// The kind of access, for people.
    public Kind kind = Kind.LOAD;

    /// Which of its CPU's stores the step adds to a buffer or takes out of it; -1 for neither.
    public int store = -1;

    /// Whether it adds it.
    public boolean intoBuffer;

    /// Adding it: whether it could have gone before others, had they gone out by then. Taking it
    /// out: whether it had to wait for all that are older.
    public boolean behind;

    // When the step may be taken, by the word's value: see #admits.
    Wait wait = Wait.NONE;
    long mask;
    long expect;

    Step() {}

    /// How a step touches its word.
    public enum Kind {
        LOAD("load"),
        EARLY("early load"),
        PEEK("peek"),
        STORE("store"),
        CAS("cas"),
        ADD("add"),
        OR("or"),
        AND("and"),
        SWAP("swap"),
        PUBLISH("publish"),
        FENCE("fence"),
        DRAIN("drain"),
        AWAIT("await"),
        POLL("poll"),
        READ("read"),
        WRITE("write"),
        INTERRUPT("interrupt"),
        GUEST("guest mode");

        /// As it is printed.
        public final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    enum Wait {
        NONE,
        /// For `(value & mask) == expect`.
        EQUAL,
        /// For any value but `expect`.
        CHANGE,
        /// For the answer to an interrupt; see [MailboxSteps#answered].
        ANSWER
    }

    /// Whether the step has to wait for some value of its word.
    public boolean waits() {
        return wait != Wait.NONE;
    }

    /// Whether the step may be taken when its word has this value.
    public boolean admits(long value) {
        return switch (wait) {
            case NONE -> true;
            case EQUAL -> (value & mask) == expect;
            case CHANGE -> value != expect;
            case ANSWER -> MailboxSteps.answered(value, mask, expect);
        };
    }

    /// Remembers what [#admits] needs of this step in `other`.
    public void copyWaitTo(Step other) {
        other.wait = wait;
        other.mask = mask;
        other.expect = expect;
    }

    /// A step to copy into.
    public static Step blank() {
        return new Step();
    }

    /// Whether two ranges of words have one in common.
    public static boolean overlaps(int word, int span, int other, int otherSpan) {
        return word == other
                ? word != NOTHING
                : word >= 0 && other >= 0 && word < other + otherSpan && other < word + span;
    }
}
