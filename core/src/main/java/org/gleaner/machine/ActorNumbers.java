package org.gleaner.machine;

/// How the actors of a search are numbered: its CPUs; where memory is weak as many that take the
/// same steps as early loads; and the lanes of store buffers, the first of each CPU, the second of
/// each, and so on. Sets of actors are bits.
///
/// @param cpus how many
/// @param weak whether loads may be early
/// @param lanes of each store buffer, 0 if there are none
record ActorNumbers(int cpus, boolean weak, int lanes) {
    int all() {
        return firstLane() + lanes * cpus;
    }

    int firstLane() {
        return weak ? 2 * cpus : cpus;
    }

    int early(int cpu) {
        return cpus + cpu;
    }

    int lane(int cpu, int lane) {
        return firstLane() + lane * cpus + cpu;
    }

    int laneOf(int actor) {
        return (actor - firstLane()) / cpus;
    }

    /// The CPU that an actor is of.
    int cpu(int actor) {
        return actor % cpus;
    }

    /// The actor itself, or the CPU whose step an early one takes.
    int thread(int actor) {
        return actor < firstLane() ? actor % cpus : actor;
    }

    int withEarly(int some) {
        return weak ? some | (some & (1 << cpus) - 1) << cpus : some;
    }

    int family(int actor) {
        int family = 0;
        for (int a = cpu(actor); a < all(); a += cpus) {
            family |= 1 << a;
        }
        return family;
    }
}
