package org.gleaner.machine;

/// What the task on a CPU is at, as accounting of pressure sees it: at work, idle, or *stalled* by
/// something that a listener wants to know of. A section is stalled as a whole, whatever the task
/// does in it.
///
/// ```
/// boolean begun = TaskState.beginStall(cpu);
/// ... reclaim, wait ...
/// TaskState.endStall(cpu, begun);
/// ```
///
/// A task that sleeps is idle, unless it is stalled or waits for input and output. Where nobody
/// listens all of this is a look at a null field, and no call here is an ordered step.
///
/// Not thread-safe: its CPU calls it. Only virtual time tells of sleep.
@OneCpu
public final class TaskState {
    /// Who hears of changes, each at its CPU's own time: changes of several CPUs do not come in the
    /// order of their times.
    public interface Listener {
        /// @param nanos the CPU's time
        void changed(Cpu cpu, long nanos, boolean stalled, boolean idle);
    }

    private final Listener listener;
    private boolean stalled;
    private boolean io;
    private boolean asleep;

    private TaskState(Listener listener) {
        this.listener = listener;
    }

    /// Has `listener` told, from now on, of the task that runs on `cpu` and is at work.
    public static void tell(Cpu cpu, Listener listener) {
        TaskState state = new TaskState(listener);
        cpu.task = state;
        state.told(cpu);
    }

    /// A stall begins, if the task is in none yet (`psi_memstall_enter`).
    ///
    /// @return whether it did, for [#endStall]
    public static boolean beginStall(Cpu cpu) {
        TaskState task = cpu.task;
        if (task == null || task.stalled) {
            return false;
        }
        task.stalled = true;
        task.told(cpu);
        return true;
    }

    /// Ends what [#beginStall] has begun, if it has.
    public static void endStall(Cpu cpu, boolean begun) {
        TaskState task = cpu.task;
        if (begun && task != null) {
            task.stalled = false;
            task.told(cpu);
        }
    }

    /// Sleep from here on is for input or output, or is not (`io_schedule`).
    public static void waitsForIo(Cpu cpu, boolean waits) {
        TaskState task = cpu.task;
        if (task != null) {
            task.io = waits;
        }
    }

    /// The task has ended: from now on it is idle.
    public static void end(Cpu cpu) {
        TaskState task = cpu.task;
        if (task != null) {
            task.stalled = false;
            task.io = false;
            task.asleep = true;
            task.told(cpu);
        }
    }

    /// The task falls asleep, or wakes.
    static void sleeps(Cpu cpu, boolean asleep) {
        TaskState task = cpu.task;
        if (task != null) {
            task.asleep = asleep;
            if (!task.stalled && !task.io) {
                task.told(cpu);
            }
        }
    }

    private void told(Cpu cpu) {
        listener.changed(cpu, cpu.now(), stalled, asleep && !stalled && !io);
    }
}
