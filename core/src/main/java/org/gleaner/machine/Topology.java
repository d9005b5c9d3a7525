package org.gleaner.machine;

/// How a host's CPUs lie. Threads are not pinned: a scheduler spreads those that run over idle
/// caches and cores before second threads of busy ones. It leaves few of them together on one
/// socket, and spreads many over all (Gorman, "Revisit NUMA imbalance tolerance and fork
/// balancing", 2020); where a socket has several last-level caches, few are as many as it has of
/// those (Gorman, "Adjust NUMA imbalance for multiple LLCs", 2022).
///
/// @param sockets 1 or more; where many run, CPU `id` sits on socket `id % sockets`
/// @param cores of all sockets
/// @param threads hardware threads of a core, 1 to 8
/// @param coresPerCache behind each last-level cache, of which a socket then has several; 0: all of
///   a socket
public record Topology(int sockets, int cores, int threads, int coresPerCache) {
    /// One socket with as many cores as anybody wants.
    public static final Topology ONE_SOCKET = new Topology(1, Integer.MAX_VALUE, 1, 0);

    /// Tasks stay together while they need no more than one in so many of a socket's CPUs.
    private static final int TOGETHER = 4;

    /// @throws IllegalArgumentException if a figure is out of range
    public Topology {
        if (sockets < 1 || cores < sockets || threads < 1 || threads > 8) {
            throw new IllegalArgumentException(
                    sockets + " sockets, " + cores + " cores, " + threads + " threads of a core");
        }
        if (coresPerCache < 0 || coresPerCache > 0 && cores % (sockets * coresPerCache) > 0) {
            throw new IllegalArgumentException(
                    cores + " cores on " + sockets + " sockets, " + coresPerCache + " to a cache");
        }
    }

    /// Hardware threads of all cores.
    public long cpus() {
        return (long) cores * threads;
    }

    /// Whether a socket has several last-level caches.
    boolean hasSmallCaches() {
        return caches() > sockets;
    }

    /// Last-level caches of all sockets.
    int caches() {
        return coresPerCache == 0 ? sockets : cores / coresPerCache;
    }

    /// Which of them CPU `id` is behind: tasks are spread over them.
    int cacheOf(int id) {
        return id % cores % caches();
    }

    /// Whether `busy` CPUs are so few that all of them sit on one socket.
    boolean isOneSocket(int busy) {
        if (sockets == 1) {
            return true;
        }
        return hasSmallCaches()
                ? busy * sockets <= caches()
                : (long) TOGETHER * busy * sockets <= (long) cores * threads;
    }

    /// How many others a busy CPU of `busy` shares its core with, on average.
    double sharing(int busy) {
        if (threads == 1 || busy <= cores) {
            return 0;
        }
        long each = busy / cores;
        long more = busy % cores;
        return (more * (each + 1) * each + (cores - more) * each * (each - 1)) / (double) busy;
    }
}
