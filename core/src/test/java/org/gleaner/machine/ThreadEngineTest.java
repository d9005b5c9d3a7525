package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class ThreadEngineTest {
    private static final CostModel X86 = CostModel.named("x86-server");

    /// One waits for a word that nobody writes; the other looks again and again whether that one is
    /// done.
    @Test
    @Timeout(60)
    void actorsThatDoNotGetOnFailAndSayWhatTheyWaitFor() {
        ThreadEngine engine = new ThreadEngine(X86, 2_000_000_000L);
        Word done = new Word();
        Word never = new Word(0xabc);
        engine.spawn(
                "first",
                cpu -> {
                    cpu.await(never, 1, 1);
                    cpu.store(done, 1);
                });
        engine.spawn(
                "second",
                cpu -> {
                    while (cpu.load(done) == 0) {
                        cpu.sleep(1_000_000);
                    }
                });
        assertThatThrownBy(engine::run)
                .isInstanceOf(Engine.Deadlock.class)
                .hasMessageContaining("first waits for a word of abc")
                .hasMessageContaining("second")
                .hasMessageContaining("ThreadEngineTest");
    }

    /// Long waits are no deadlock as long as somebody gets on.
    @Test
    void whoWaitsForSomebodyAtWorkIsLeftAlone() {
        ThreadEngine engine = new ThreadEngine(X86, 1_000_000_000L);
        Word done = new Word();
        engine.spawn("waits", cpu -> cpu.block(done, 1, 1));
        engine.spawn(
                "works",
                cpu -> {
                    for (long end = cpu.now() + 3_500_000_000L; cpu.now() < end; ) {
                        cpu.relax();
                    }
                    cpu.store(done, 1);
                });
        engine.run();
        assertThat(done.snapshot()).isEqualTo(1);
    }

    /// Vcpus read a page only while a bit of it is set in a word that the zapper clears first;
    /// after its interrupt returns, the page's owner may poison it, and no vCPU may still look.
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void noAccessThroughARevokedTranslationHappensAfterAnInterrupt(int vcpus) {
        ThreadEngine engine = new ThreadEngine(X86);
        long[] page = {1};
        Word mapped = new Word(1);
        Word done = new Word();
        Mailbox[] targets = new Mailbox[vcpus];
        AtomicLong accesses = new AtomicLong();
        for (int v = 0; v < vcpus; v++) {
            int at = v;
            Cpu target =
                    engine.spawn(
                            "vcpu" + v,
                            cpu -> {
                                SplittableRandom random = new SplittableRandom(cpu.id);
                                while (cpu.load(done) == 0) {
                                    boolean cached = false;
                                    if (cpu.enterInterruptible(targets[at]) != 0) {
                                        cpu.takeRequests(targets[at]);
                                    }
                                    for (int i = random.nextInt(200); i >= 0; i--) {
                                        if (cpu.pendingRequests(targets[at]) != 0) {
                                            cpu.takeRequests(targets[at]);
                                            cached = false;
                                        }
                                        if (!cached) {
                                            cached = cpu.load(mapped) != 0;
                                        }
                                        if (cached) {
                                            assertThat(cpu.peek(page, 0)).isEqualTo(1);
                                            accesses.incrementAndGet();
                                        }
                                    }
                                    cpu.exitInterruptible(targets[at]);
                                }
                            });
            targets[v] = new Mailbox(target);
        }
        engine.spawn(
                "zapper",
                cpu -> {
                    long start = System.nanoTime();
                    // a busy machine may let no guest look for a second or two
                    for (int i = 0;
                            i < 6_000 && System.nanoTime() - start < 1_500_000_000L
                                    || accesses.get() == 0
                                            && System.nanoTime() - start < 60_000_000_000L;
                            i++) {
                        cpu.store(mapped, 0);
                        cpu.interrupt(targets, vcpus, 1);
                        cpu.publish(page, 0, -1);
                        for (int k = i & 255; k > 0; k--) {
                            Thread.onSpinWait();
                        }
                        if (i % 16 == 0) {
                            Thread.yield();
                        }
                        cpu.publish(page, 0, 1);
                        cpu.store(mapped, 1);
                        for (int k = i & 127; k > 0; k--) {
                            Thread.onSpinWait();
                        }
                    }
                    cpu.store(done, 1);
                });
        engine.run();
        assertThat(accesses.get()).isPositive();
    }

    /// Dekker at the entry of the section, over and over from a common start: a guest that found no
    /// request must be waited for, so the sender may not go on while the guest is in its section.
    @Test
    void eitherTheGuestFindsTheRequestOrTheSenderWaitsForTheGuest() {
        ThreadEngine engine = new ThreadEngine(X86);
        Word start = new Word();
        long[] revoked = new long[1];
        Mailbox[] target = new Mailbox[1];
        int rounds = 50_000;
        long end = System.nanoTime() + 1_000_000_000L;
        Cpu guest =
                engine.spawn(
                        "guest",
                        cpu -> {
                            for (int i = 0; i < rounds; i++) {
                                if (!meet(cpu, start, 2L * (i + 1))) {
                                    return;
                                }
                                if (cpu.enterInterruptible(target[0]) == 0) {
                                    for (int k = 0; k < 20; k++) {
                                        assertThat(cpu.peek(revoked, 0)).isLessThan(i + 1);
                                    }
                                }
                                cpu.takeRequests(target[0]);
                                cpu.exitInterruptible(target[0]);
                            }
                        });
        target[0] = new Mailbox(guest);
        engine.spawn(
                "sender",
                cpu -> {
                    for (int i = 0; i < rounds; i++) {
                        if (System.nanoTime() > end) {
                            cpu.store(start, Long.MIN_VALUE);
                            return;
                        }
                        if (!meet(cpu, start, 2L * (i + 1))) {
                            return;
                        }
                        for (int k = i & 31; k > 0; k--) {
                            Thread.onSpinWait();
                        }
                        cpu.interrupt(target, 1, 1);
                        cpu.publish(revoked, 0, i + 1);
                    }
                });
        engine.run();
    }

    /// Both sides leave together; false once the other has given up.
    private static boolean meet(Cpu cpu, Word start, long both) {
        cpu.fetchAdd(start, 1);
        while (cpu.load(start) >= 0) {
            if (cpu.load(start) >= both) {
                return true;
            }
            cpu.step();
            Thread.onSpinWait();
        }
        return false;
    }

    @Test
    void awaitAndBlockSeeTheValueThatEndsThem() {
        ThreadEngine engine = new ThreadEngine(X86);
        Word ball = new Word();
        long[] sum = new long[2];
        for (int side = 0; side < 2; side++) {
            int me = side;
            engine.spawn(
                    "side" + side,
                    cpu -> {
                        for (int i = 0; i < 200; i++) {
                            long want = 2L * i + me;
                            sum[me] +=
                                    me == 0 ? cpu.await(ball, -1, want) : cpu.block(ball, -1, want);
                            cpu.fetchAdd(ball, 1);
                        }
                    });
        }
        engine.run();
        assertThat(sum[0]).isEqualTo(200 * 199);
        assertThat(sum[1]).isEqualTo(200 * 200);
    }

    @Test
    void blockForGivesUpAtItsDeadline() {
        ThreadEngine engine = new ThreadEngine(X86);
        Word never = new Word(3);
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        engine.spawn(
                "a",
                cpu -> {
                    long start = cpu.now();
                    seen.add(cpu.blockFor(never, -1, 4, 5_000_000));
                    seen.add(cpu.now() - start);
                });
        engine.run();
        assertThat(seen.get(0)).isEqualTo(3);
        assertThat(seen.get(1)).isGreaterThanOrEqualTo(5_000_000);
    }

    @Test
    void daemonsEndWhereTheySleepOnceNobodyNeedsThem() {
        ThreadEngine engine = new ThreadEngine(X86);
        Word never = new Word();
        Word ends = new Word();
        for (int kind = 0; kind < 3; kind++) {
            int how = kind;
            engine.daemon(
                    "d" + kind,
                    cpu -> {
                        try {
                            switch (how) {
                                case 0 -> cpu.sleep(1_000_000_000_000L);
                                case 1 -> cpu.block(never, -1, 1);
                                default -> cpu.await(never, -1, 1);
                            }
                        } finally {
                            cpu.fetchAdd(ends, 1);
                        }
                    });
        }
        engine.spawn("a", cpu -> cpu.sleep(100_000));
        engine.run();
        assertThat(ends.snapshot()).isEqualTo(3);
    }

    @Test
    void aDaemonAtWorkIsToldToStop() {
        ThreadEngine engine = new ThreadEngine(X86);
        Word turns = new Word();
        Word ends = new Word();
        engine.daemon(
                "d",
                cpu -> {
                    while (!cpu.shouldStop()) {
                        cpu.fetchAdd(turns, 1);
                    }
                    cpu.store(ends, 1);
                });
        engine.spawn("a", cpu -> cpu.sleep(100_000));
        engine.run();
        assertThat(ends.snapshot()).isEqualTo(1);
    }

    @Test
    void aFailureStopsTheOthersAndNamesItsActor() {
        ThreadEngine engine = new ThreadEngine(X86);
        Word never = new Word();
        engine.spawn("waiter", cpu -> cpu.await(never, -1, 1));
        engine.spawn("sleeper", cpu -> cpu.block(never, -1, 1));
        engine.spawn(
                "culprit",
                cpu -> {
                    throw new IllegalArgumentException("no");
                });
        assertThatThrownBy(engine::run)
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(t ->
                        assertThat(t.getSuppressed()[0]).hasMessageContaining("in actor culprit"));
    }

    @Test
    void aRunningActorMaySpawnAnother() {
        ThreadEngine engine = new ThreadEngine(X86);
        Word sum = new Word();
        engine.spawn(
                "parent",
                cpu -> {
                    Cpu child = engine.spawn("child", c -> c.fetchAdd(sum, 2));
                    assertThat(child.id).isEqualTo(1);
                    cpu.await(sum, -1, 2);
                });
        engine.run();
        assertThat(engine.cpus()).extracting(Cpu::toString).containsExactly("parent", "child");
    }
}
