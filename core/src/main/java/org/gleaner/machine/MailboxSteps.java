package org.gleaner.machine;

/// A [Mailbox] in a search, where entering its section, looking into it, taking from it and
/// posting to it are one step each: its word has the requests in the lower half and above them the
/// section's count, odd in the section.
final class MailboxSteps {
    private static final int SECTION_SHIFT = 32;
    private static final long SECTION = 1L << SECTION_SHIFT;
    private static final long REQUESTS = SECTION - 1;

    private final Cpu cpu;
    private final Stepping steps;
    private final LocalMemory memory;

    MailboxSteps(Cpu cpu, Stepping steps, LocalMemory memory) {
        this.cpu = cpu;
        this.steps = steps;
        this.memory = memory;
    }

    // --- owner ---------------------------------------------------------------------------------

    /// Enters or leaves the section; returns what was posted before.
    long moveSection(Mailbox box) {
        return steps.access(Step.Kind.ADD, box.word, SECTION, 0) & REQUESTS;
    }

    long pending(Mailbox box) {
        return steps.access(Step.Kind.LOAD, box.word, 0, 0) & REQUESTS;
    }

    long take(Mailbox box) {
        return steps.access(Step.Kind.INTERRUPT, box.word, 0, 0) & REQUESTS;
    }

    /// What taking makes of a mailbox: in the section it moves its count by two, so that it stays
    /// odd and senders see it.
    static long served(long box) {
        long inside = box >>> SECTION_SHIFT & 1;
        return (box & ~REQUESTS) + 2 * inside * SECTION;
    }

    // --- sender --------------------------------------------------------------------------------

    /// Posts to the first `n` boxes, and waits for those whose owners were in their sections. What
    /// was declared of the next access holds of each post.
    void send(Mailbox[] boxes, int n, long request) {
        MemoryOrder order = memory.declaredOrder();
        long[] seen = new long[n];
        for (int i = 0; i < n; i++) {
            memory.only(order);
            seen[i] = steps.access(Step.Kind.OR, boxes[i].word, request, 0) >>> SECTION_SHIFT;
        }
        for (int i = 0; i < n; i++) {
            if (boxes[i].cpu != cpu && (seen[i] & 1) != 0) {
                steps.await(boxes[i].word, Step.Wait.ANSWER, request, seen[i]);
            }
        }
    }

    /// Whether a mailbox shows that its owner has left `section` or taken the request.
    static boolean answered(long box, long request, long section) {
        return box >>> SECTION_SHIFT != section || (box & REQUESTS & request) == 0;
    }
}
