package org.gleaner.machine;

/// Says in which actor a failure happened; suppressed in the failure itself, whose type stays.
final class FailedIn extends RuntimeException {
    private FailedIn(String message) {
        super(message, null, false, false);
    }

    static Throwable mark(Throwable failure, Cpu cpu) {
        failure.addSuppressed(new FailedIn("in actor " + cpu + " at " + cpu.now() + " ns"));
        return failure;
    }

    /// Throws `failure` as it is, whatever its type.
    @SuppressWarnings("unchecked")
    static <T extends Throwable> RuntimeException rethrow(Throwable failure) throws T {
        throw (T) failure;
    }
}
