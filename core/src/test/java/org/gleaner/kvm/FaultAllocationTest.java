package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.junit.jupiter.api.Test;

/// Ownership of pages has types, and no objects: a fault with its lookup and its release allocates
/// nothing. Assertions keep books of their own, so it is measured in a process without them. There
/// the JVM takes some 13 kB once, for the stack of a coroutine whose frames have been compiled.
final class FaultAllocationTest {
    private static final int WARM = 10_000;
    private static final int FAULTS = 100_000;

    /// Prints what so many faults have allocated, in bytes, under each design.
    public static void main(String[] args) {
        for (PfnDesign design : PfnDesign.values()) {
            World.alone(
                    World.Kind.VIRTUAL,
                    World.config().withPfn(design),
                    8,
                    (cpu, world, vcpu) -> System.out.println(allocatedBy(cpu, world, vcpu)));
        }
    }

    private static long allocatedBy(Cpu cpu, World world, Vcpu vcpu) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = 0;
        for (int i = 0; i < WARM + FAULTS; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            long error = vcpu.access(cpu, i & 7, true);
            long after = threads.getCurrentThreadAllocatedBytes();
            allocated += i < WARM ? 0 : after - before;
            if (error != 0 || vcpu.stat().faults() != i + 1) {
                throw new IllegalStateException("access " + i + " was no fault: " + error);
            }
            world.space.notifiers.invalidateRangeStart(
                    cpu, i & 7, (i & 7) + 1, true, InvalidationEvent.CLEAR);
            world.space.notifiers.invalidateRangeEnd(cpu, i & 7, (i & 7) + 1);
        }
        return allocated;
    }

    @Test
    void aFaultAllocatesNothing() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.add("--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(FaultAllocationTest.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said.lines().map(Long::parseLong))
                .as("bytes by %d faults", FAULTS)
                .hasSize(PfnDesign.values().length)
                .allMatch(bytes -> bytes < FAULTS / 2);
    }
}
