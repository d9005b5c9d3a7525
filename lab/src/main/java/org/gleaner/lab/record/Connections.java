package org.gleaner.lab.record;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.gleaner.lab.trace.format.AccessSink;
import org.jspecify.annotations.Nullable;

/// The processes that send what they do: a thread for each, and one sink for all of them, which
/// gets whole blocks in the order in which they come.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | collections, `current`, the sink | readers | under `lock` | all | under `lock` | the lock |
/// | `records`, `fault` | a reader, under `lock` | volatile | who waits | volatile | themselves |
final class Connections {

    /// How long what a process has sent before it ended may take to come.
    private static final long DRAIN_MILLIS = 5000;

    private final ReentrantLock lock = new ReentrantLock();
    private final ServerSocketChannel server;
    private final AccessSink sink;
    private final List<Thread> readers = new ArrayList<>();
    private final List<SocketChannel> channels = new ArrayList<>();
    private final List<Totals> totals = new ArrayList<>();
    private final Map<Integer, Integer> processOfPid = new HashMap<>();
    private final Map<Integer, Integer> spaceOfProcess = new HashMap<>();
    private int current = -1;
    private Thread accepting = Thread.currentThread();
    private final AtomicLong records = new AtomicLong();
    private volatile @Nullable RuntimeException fault;

    Connections(ServerSocketChannel server, AccessSink sink) {
        this.server = server;
        this.sink = sink;
    }

    /// Takes connections from now on, until [#drain].
    ///
    /// @param start in nanoseconds of [System#nanoTime], from which time is counted
    void open(long start) {
        accepting = Thread.ofVirtual().name("accept").start(() -> accept(start));
    }

    long records() {
        return records.get();
    }

    /// Whether the sink has failed: there is no use in going on.
    boolean failed() {
        return fault != null;
    }

    /// Programs that have connected; one that turned into another is two.
    int processes() {
        return locked(totals::size);
    }

    /// Of all processes.
    Totals totals() {
        return locked(() -> totals.stream().reduce(Totals.NONE, Totals::plus));
    }

    /// Waits for what has been sent, now that the command has ended. What it leaves running in the
    /// background is cut off.
    ///
    /// @param last a name for a connection of our own, which comes after all others
    /// @throws RuntimeException what the sink threw
    void drain(UnixDomainSocketAddress last) {
        long deadline = System.nanoTime() + DRAIN_MILLIS * 1_000_000;
        try (SocketChannel end = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            end.bind(last).connect(server.getLocalAddress());
            accepting.join(DRAIN_MILLIS);
            for (Thread reader : locked(() -> List.copyOf(readers))) {
                reader.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            fail(new IllegalStateException(e));
        }
        locked(this::closeAll);
        RuntimeException failed = fault;
        if (failed != null) {
            throw failed;
        }
    }

    /// Under the lock, so that no block is handed on after this.
    private boolean closeAll() {
        for (SocketChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                fail(new IllegalStateException(e));
            }
        }
        return true;
    }

    private void accept(long start) {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                boolean own = !String.valueOf(channel.getRemoteAddress()).isEmpty();
                if (own) {
                    channel.close();
                    return;
                }
                Thread reader = Thread.ofVirtual().unstarted(() -> read(channel, start));
                locked(() -> channels.add(channel) && readers.add(reader));
                reader.start();
            }
        } catch (IOException e) {
            fail(new IllegalStateException(e));
        }
    }

    private void read(SocketChannel channel, long start) {
        PluginStream stream = new PluginStream(channel);
        try (channel) {
            PluginStream.Greeting greeting = stream.greeting();
            int process = locked(() -> process(greeting));
            while (stream.next()) {
                if (!locked(() -> handOn(channel, stream, process, greeting.name(), start))) {
                    return;
                }
            }
        } catch (AsynchronousCloseException e) {
            // Cut off.
        } catch (IOException e) {
            // The process was killed within a block, which is lost.
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private int process(PluginStream.Greeting greeting) {
        Integer before = processOfPid.get(greeting.pid());
        if (greeting.resumed() && before != null) {
            return before;
        }
        processOfPid.put(greeting.pid(), totals.size());
        totals.add(Totals.NONE);
        return totals.size() - 1;
    }

    /// Whether there is use in more.
    private boolean handOn(
            SocketChannel channel, PluginStream stream, int process, String name, long start) {
        if (!channel.isOpen() || fault != null) {
            return false;
        }
        if (process != current) {
            current = process;
            // Spaces are numbered by their first use.
            sink.space(spaceOfProcess.computeIfAbsent(process, _ -> spaceOfProcess.size()), name);
        }
        stream.to(sink, start);
        totals.set(process, stream.totals());
        records.addAndGet(stream.count());
        return true;
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /// The first is what is told.
    private void fail(RuntimeException e) {
        locked(() -> fault = fault == null ? e : fault);
    }
}
