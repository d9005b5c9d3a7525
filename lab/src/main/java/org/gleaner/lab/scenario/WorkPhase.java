package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.gleaner.lab.size.Scale;

/// A part of a guest's work: each of its vCPUs does one operation after another, until all objects
/// have been taken so often or time is up. The next phase begins when the last vCPU is done.
public record WorkPhase(
        @JsonPropertyDescription("Heads its row: letters, digits, '.', '_' and '-'.") String name,
        @JsonPropertyDescription(
                        "How often it takes all objects of its first touch, 0 to 1000; default 0.")
                int passes,
        @JsonPropertyDescription(
                        "How long it goes on where passes is 0, at full size: at a scale less, as memory is; 0 to 600000; default 0.")
                int millis,
        @JsonPropertyDescription(
                        "What a vCPU computes in each operation besides its touches, 0 to 1000000000; default 0.")
                int workNanos,
        @JsonPropertyDescription("What an operation accesses, one after another, 1 to 8.")
                List<ObjectTouch> touches) {

    static final int MOST_PASSES = 1000;
    static final int MOST_TOUCHES = 8;

    public WorkPhase {
        touches = List.copyOf(touches);
    }

    /// Whether it is time that ends it, and not its work.
    public boolean timed() {
        return passes == 0;
    }

    WorkPhase scaled(Scale scale) {
        return new WorkPhase(
                name,
                passes,
                timed() ? (int) Math.max(1, scale.of(millis)) : 0,
                workNanos,
                touches.stream().map(each -> each.scaled(scale)).toList());
    }
}
