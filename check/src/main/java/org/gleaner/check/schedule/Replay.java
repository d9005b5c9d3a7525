package org.gleaner.check.schedule;

import java.util.Arrays;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.Schedule;
import org.gleaner.machine.Step;

/// Follows a [ScheduleString], and notes who really took each step.
public class Replay implements Schedule {
    private final ScheduleString text;
    private int block;
    private int left;
    private int last;

    private int[] actor = new int[256];
    private int length;
    private int width;

    public Replay(ScheduleString text) {
        this.text = text;
    }

    @Override
    public void begin(ExploringEngine engine) {
        block = 0;
        left = text.blocks() == 0 ? 0 : text.steps[0];
        last = 0;
        length = 0;
        width = engine.actors();
    }

    @Override
    public int next(ExploringEngine engine) {
        int able = engine.enabled();
        while (block < text.blocks()) {
            int who = text.actors[block];
            if (left > 0 && who < width && (able >> who & 1) != 0) {
                left--;
                last = who;
                return who;
            }
            block++;
            left = block < text.blocks() ? text.steps[block] : 0;
        }
        if ((able >> last & 1) == 0) {
            last = Integer.numberOfTrailingZeros(able);
        }
        return last;
    }

    @Override
    public void taken(ExploringEngine engine, int who, Step step) {
        if (length == actor.length) {
            actor = Arrays.copyOf(actor, length * 2);
        }
        actor[length++] = who;
    }

    /// Steps of the run.
    public int length() {
        return length;
    }

    /// The schedule as it was run.
    public ScheduleString run() {
        return ScheduleString.parse(ScheduleString.of(actor, length));
    }
}
