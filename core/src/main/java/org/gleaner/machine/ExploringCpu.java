package org.gleaner.machine;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A hardware thread of an [ExploringEngine]: says what it will do next, waits until the schedule
/// gives it the turn, and does it. Words are plain memory, for everybody else stands still.
///
/// Unlike on the other engines, every access to shared memory is a step here: also a `peek`, a
/// `publish`, a `fence` and what is declared by `reads` and `writes`.
///
/// With store buffers (x86-TSO) a `store` goes into this CPU's buffer and reaches memory later, by
/// a step of an actor of its own; a `load` looks into the own buffer first; everything that is
/// locked on x86 waits until the buffer is empty. With weak memory the buffer has several lanes, a
/// load may be early ([WeakView]), and [#only] says what an access orders.
final class ExploringCpu extends Cpu {
    // A mailbox: requests in the lower half, then the section count, odd in the section.
    private static final int SECTION_SHIFT = 32;
    private static final long SECTION = 1L << SECTION_SHIFT;
    private static final long REQUESTS = SECTION - 1;

    final ExploringEngine engine;
    final boolean daemon;
    final Step step = new Step();
    final Coroutine coroutine;

    boolean done;

    /// Has not come to its first step yet.
    boolean fresh = true;

    /// Memory as this CPU sees it.
    final LocalMemory memory;

    /// The pending load is to be an early one.
    boolean early;

    /// What it reads in a loop that goes on only if others do something.
    final Spinning spinning = new Spinning();

    /// The mailbox whose section this CPU is in.
    private @Nullable Mailbox section;

    /// Of one CPU in one run, where nobody waits: each is a chance for others, and they would never
    /// end.
    private static final int MOST_YIELDS = 3;

    private int yields;
    private boolean yielding;

    private final Actor body;

    // The last load, for polling: a load of the same word after a sleep waits for a change.
    private int loadedWord = Step.NOTHING;
    private long loadedValue;
    private boolean slept;

    ExploringCpu(ExploringEngine engine, int id, String name, Actor body, boolean daemon) {
        super(id, name);
        this.engine = engine;
        this.body = body;
        this.daemon = daemon;
        memory = new LocalMemory(engine, step);
        lockDep = LockDep.ARMED && engine.checksLocks() ? new LockDep() : null;
        coroutine = Coroutines.CONTINUATION.create(name, this::runBody);
    }

    /// A run begins; what was done while nobody ran is no history of it.
    ///
    /// @param weak what it may see of the past, or null where memory is not weak
    void beginRun(int lanes, @Nullable WeakView view) {
        spinning.forgive();
        slept = false;
        memory.beginRun(lanes, view);
    }

    private void runBody() {
        try {
            body.run(this);
            LockDep.checkIdle(this);
            memory.settle();
        } catch (Throwable failure) {
            engine.failed(this, failure);
        }
        engine.finished(this);
    }

    // --- the one access ----------------------------------------------------------------------

    private long access(Step.Kind kind, Word w, long a, long b) {
        int number = engine.words.of(w);
        begin(kind, number);
        if (isLoad(kind)) {
            return end(memory.found(number, w.value, early));
        }
        long before = w.value;
        w.value = result(kind, before, a, b);
        memory.updated(number, before, w.value);
        return end(before, w.value);
    }

    private long access(Step.Kind kind, long[] slab, int i, long a, long b) {
        int number = engine.words.of(slab, i);
        begin(kind, number);
        if (isLoad(kind)) {
            return end(memory.found(number, slab[i], early));
        }
        long before = slab[i];
        long after = result(kind, before, a, b);
        if (after != before) {
            slab[i] = after;
        }
        memory.updated(number, before, after);
        return end(before, after);
    }

    private static boolean isLoad(Step.Kind kind) {
        return kind == Step.Kind.LOAD || kind == Step.Kind.PEEK;
    }

    private static long result(Step.Kind kind, long before, long a, long b) {
        return switch (kind) {
            case STORE, PUBLISH -> a;
            case SWAP -> before & b | a;
            case CAS -> before == a ? b : before;
            case ADD -> before + a;
            case OR -> before | a;
            case AND -> before & a;
            default -> before;
        };
    }

    private void begin(Step.Kind kind, int word) {
        memory.settle();
        Step s = step;
        s.kind = kind;
        s.word = word;
        s.span = 1;
        s.also = Step.NOTHING;
        s.wait = Step.Wait.NONE;
        boolean reads = isLoad(kind);
        s.writes = !reads;
        s.intoBuffer = kind == Step.Kind.STORE && memory.buffers();
        s.store = -1;
        memory.orders(reads ? MemoryOrder.ACQUIRE : MemoryOrder.FULL);
        if (reads && slept && word == loadedWord) {
            s.kind = Step.Kind.POLL;
            s.wait = Step.Wait.CHANGE;
            s.expect = loadedValue;
        }
        slept = false;
        memory.describe();
        engine.turn(this);
    }

    private long end(long value) {
        return end(value, value);
    }

    private long end(long before, long after) {
        Step s = step;
        s.before = before;
        s.after = after;
        if (!s.writes || s.kind == Step.Kind.POLL) {
            loadedWord = s.word;
            loadedValue = before;
        }
        s.writes = before != after;
        s.kind = early ? Step.Kind.EARLY : s.kind;
        int actor = early ? engine.early(id) : id;
        early = false;
        engine.taken(actor, s);
        return before;
    }

    @Override
    public void only(MemoryOrder order) {
        memory.only(order);
    }

    /// A store of which nobody but this CPU knows yet.
    private void intoBuffer(@Nullable Word w, long @Nullable [] slab, int i, long value) {
        int target = w != null ? engine.words.of(w) : engine.words.of(requireNonNull(slab), i);
        boolean release = memory.isRelease();
        begin(Step.Kind.STORE, memory.number());
        memory.add(w, slab, i, value, target, release);
        end(0, 1);
    }

    // --- words -------------------------------------------------------------------------------

    @Override
    public long load(Word w) {
        return access(Step.Kind.LOAD, w, 0, 0);
    }

    @Override
    public void store(Word w, long value) {
        if (memory.buffers()) {
            intoBuffer(w, null, 0, value);
        } else {
            access(Step.Kind.STORE, w, value, 0);
        }
    }

    @Override
    public boolean cas(Word w, long expect, long update) {
        return casOrSeen(w, expect, update) == expect;
    }

    @Override
    public long casOrSeen(Word w, long expect, long update) {
        return access(Step.Kind.CAS, w, expect, update);
    }

    @Override
    public long fetchAdd(Word w, long delta) {
        return access(Step.Kind.ADD, w, delta, 0);
    }

    @Override
    public long fetchOr(Word w, long bits) {
        return access(Step.Kind.OR, w, bits, 0);
    }

    @Override
    public long fetchAnd(Word w, long mask) {
        return access(Step.Kind.AND, w, mask, 0);
    }

    @Override
    public long swap(Word w, long value) {
        return access(Step.Kind.SWAP, w, value, 0);
    }

    @Override
    public long swapBits(Word w, long mask, long bits) {
        return access(Step.Kind.SWAP, w, bits, ~mask);
    }

    @Override
    public long peek(Word w) {
        return access(Step.Kind.LOAD, w, 0, 0);
    }

    // --- waiting -----------------------------------------------------------------------------

    @Override
    public long await(Word w, long mask, long expect) {
        return waitFor(w, Step.Wait.EQUAL, mask, expect);
    }

    @Override
    public long awaitChange(Word w, long seen) {
        return waitFor(w, Step.Wait.CHANGE, -1, seen);
    }

    @Override
    public long block(Word w, long mask, long expect) {
        LockDep.mightSleep(this);
        return waitFor(w, Step.Wait.EQUAL, mask, expect);
    }

    @Override
    public long blockChange(Word w, long seen) {
        LockDep.mightSleep(this);
        return waitFor(w, Step.Wait.CHANGE, -1, seen);
    }

    /// The time may always be over already.
    @Override
    public long blockFor(Word w, long mask, long expect, long nanos) {
        LockDep.mightSleep(this);
        return access(Step.Kind.LOAD, w, 0, 0);
    }

    private long waitFor(Word w, Step.Wait wait, long mask, long expect) {
        memory.settle();
        Step s = step;
        s.kind = Step.Kind.AWAIT;
        s.word = engine.words.of(w);
        s.span = 1;
        s.also = Step.NOTHING;
        s.writes = false;
        s.wait = wait;
        s.intoBuffer = false;
        s.store = -1;
        s.mask = mask;
        s.expect = expect;
        slept = false;
        memory.only(null);
        memory.orders(MemoryOrder.ACQUIRE);
        engine.turn(this);
        return end(memory.found(s.word, w.value, false));
    }

    /// The value that decides whether the pending step may be taken.
    long awaited() {
        return memory.own(step.word);
    }

    @Override
    public void sleep(long nanos) {
        LockDep.mightSleep(this);
        slept = nanos > 0;
    }

    // --- slabs -------------------------------------------------------------------------------

    @Override
    public long load(long[] slab, int i) {
        return access(Step.Kind.LOAD, slab, i, 0, 0);
    }

    @Override
    public void store(long[] slab, int i, long value) {
        if (memory.buffers()) {
            intoBuffer(null, slab, i, value);
        } else {
            access(Step.Kind.STORE, slab, i, value, 0);
        }
    }

    @Override
    public boolean cas(long[] slab, int i, long expect, long update) {
        return access(Step.Kind.CAS, slab, i, expect, update) == expect;
    }

    @Override
    public long fetchAdd(long[] slab, int i, long delta) {
        return access(Step.Kind.ADD, slab, i, delta, 0);
    }

    @Override
    public long fetchOr(long[] slab, int i, long bits) {
        return access(Step.Kind.OR, slab, i, bits, 0);
    }

    @Override
    public long fetchAnd(long[] slab, int i, long mask) {
        return access(Step.Kind.AND, slab, i, mask, 0);
    }

    @Override
    public long swap(long[] slab, int i, long value) {
        return access(Step.Kind.SWAP, slab, i, value, 0);
    }

    @Override
    public int swapRun(long[] slab, int i, int n, long expect, long update) {
        int run = memory.isArmed() && !memory.isWeak() ? 0 : run(slab, i, n, expect);
        if (run == 0) {
            return 0;
        }
        int number = engine.words.of(slab, i);
        declare(Step.Kind.SWAP, number, run, true);
        int left = run(slab, i, run, expect);
        memory.changed(number, left, expect, update);
        Arrays.fill(slab, i, i + left, update);
        return left;
    }

    private static int run(long[] slab, int i, int n, long value) {
        int run = 0;
        while (run < n && slab[i + run] == value) {
            run++;
        }
        return run;
    }

    @Override
    public long peek(long[] slab, int i) {
        return access(Step.Kind.PEEK, slab, i, 0, 0);
    }

    @Override
    public void publish(long[] slab, int i, long value) {
        access(Step.Kind.PUBLISH, slab, i, value, 0);
    }

    // --- beside the words ----------------------------------------------------------------------

    @Override
    public void fence() {
        if (memory.isArmed()) {
            begin(Step.Kind.FENCE, memory.number());
            memory.fence();
            end(0, 0);
        }
    }

    @Override
    public void reads(Object state) {
        declare(Step.Kind.READ, engine.words.of(state), 1, false);
    }

    @Override
    public void writes(Object state) {
        declare(Step.Kind.WRITE, engine.words.of(state), 1, true);
    }

    @Override
    public void writes(long[] slab, int i, int n) {
        int number = engine.words.of(slab, i);
        if (memory.isWeak()) {
            memory.opens(number, n);
            declare(Step.Kind.WRITE, memory.number(), 1, true);
            memory.opened(slab, i, n);
        } else {
            declare(Step.Kind.WRITE, number, n, true);
        }
    }

    @Override
    public void reads(long[] slab, int i, int n) {
        declare(Step.Kind.READ, engine.words.of(slab, i), n, false);
    }

    @Override
    public boolean yieldsIf(boolean contended) {
        yielding = !contended && engine.yieldsAlways() && yields < MOST_YIELDS;
        yields += yielding ? 1 : 0;
        return contended || yielding;
    }

    private void declare(Step.Kind kind, int word, int span, boolean writes) {
        memory.settle();
        Step s = step;
        s.kind = kind;
        s.word = word;
        s.span = span;
        s.also = Step.NOTHING;
        s.wait = Step.Wait.NONE;
        s.writes = writes;
        s.intoBuffer = memory.isOpening();
        s.store = -1;
        slept = false;
        memory.only(null);
        memory.orders(MemoryOrder.FULL);
        memory.describeDeclared();
        engine.turn(this);
        memory.declared();
        s.before = 0;
        s.after = 0;
        engine.taken(id, s);
    }

    // --- time --------------------------------------------------------------------------------

    /// An exit to the host, or a fault of it, ends one turn of the only loops that wait without a
    /// word to wait for; an access that gets through ends the loop.
    @Override
    public void charge(Cost cost) {
        if (cost == Cost.VMEXIT || cost == Cost.HOST_FAULT) {
            spinning.turn();
        } else if (cost == Cost.GUEST_HIT) {
            spinning.forgive();
        }
    }

    @Override
    public void charge(Cost cost, long n) {}

    @Override
    public void chargeNanos(long nanos) {
        spinning.turn();
    }

    @Override
    public void relax() {
        if (!yielding) {
            spinning.turn();
        }
        yielding = false;
    }

    /// The steps taken so far.
    @Override
    public long now() {
        return engine.taken();
    }

    @Override
    public int foldable(Cost cost, int limit) {
        return 0;
    }

    /// Nothing by itself: what follows is a step here, whatever it is.
    @Override
    public void step() {}

    @Override
    public void enter(KernelFunction f) {}

    @Override
    public void exit() {}

    // --- interrupts --------------------------------------------------------------------------

    @Override
    public long enterInterruptible(Mailbox box) {
        section = box;
        return access(Step.Kind.ADD, box.word, SECTION, 0) & REQUESTS;
    }

    @Override
    public void exitInterruptible(Mailbox box) {
        section = null;
        access(Step.Kind.ADD, box.word, SECTION, 0);
    }

    @Override
    public long pendingRequests(Mailbox box) {
        return access(Step.Kind.LOAD, box.word, 0, 0) & REQUESTS;
    }

    /// Taking in the section moves its count by two, so that it stays odd and senders see it.
    @Override
    public long takeRequests(Mailbox box) {
        Word mailbox = box.word;
        begin(Step.Kind.INTERRUPT, engine.words.of(mailbox));
        long before = mailbox.value;
        long inside = before >>> SECTION_SHIFT & 1;
        mailbox.value = (before & ~REQUESTS) + 2 * inside * SECTION;
        memory.updated(step.word, before, mailbox.value);
        return end(before, mailbox.value) & REQUESTS;
    }

    @Override
    public void interrupt(Mailbox[] boxes, int n, long request) {
        if (section != null) {
            throw new IllegalStateException(
                    this + " interrupts others from its interruptible section");
        }
        MemoryOrder of = memory.declaredOrder();
        long[] seen = new long[n];
        for (int i = 0; i < n; i++) {
            memory.only(of);
            seen[i] = access(Step.Kind.OR, boxes[i].word, request, 0) >>> SECTION_SHIFT;
        }
        for (int i = 0; i < n; i++) {
            if (boxes[i].cpu != this && (seen[i] & 1) != 0) {
                waitFor(boxes[i].word, Step.Wait.ANSWER, request, seen[i]);
            }
        }
    }

    /// Whether a mailbox shows that its owner has left `section` or taken the request.
    static boolean answered(long box, long request, long section) {
        return box >>> SECTION_SHIFT != section || (box & REQUESTS & request) == 0;
    }
}
