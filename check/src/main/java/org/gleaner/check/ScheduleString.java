package org.gleaner.check;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A schedule in a few characters: `a14b9a` lets actor a take 14 steps, b 9, and then a as many as it
/// can. Where it ends, whoever ran last goes on until it has to wait; then the first that can.
///
/// Actors are letters in order of creation. A block also ends where its actor cannot go on, so that
/// a schedule still means something when the program has changed a little.
final class ScheduleString {
    private static final Pattern BLOCK = Pattern.compile("([a-zA-Z])(\\d*)");
    private static final int UNTIL_IT_WAITS = Integer.MAX_VALUE;

    final int[] actors;
    final int[] steps;

    ScheduleString(int[] actors, int[] steps) {
        this.actors = actors;
        this.steps = steps;
    }

    /// @throws IllegalArgumentException if `text` is no schedule; the message says where
    static ScheduleString parse(String text) {
        Matcher m = BLOCK.matcher(text);
        int[] actors = new int[text.length()];
        int[] steps = new int[text.length()];
        int n = 0;
        int at = 0;
        while (at < text.length()) {
            if (!m.find(at) || m.start() != at || m.group(2).length() > 6) {
                throw new IllegalArgumentException(
                        "'" + text.substring(at) + "' is no block such as a12");
            }
            char letter = m.group(1).charAt(0);
            actors[n] = letter >= 'a' ? letter - 'a' : letter - 'A' + 26;
            steps[n++] = m.group(2).isEmpty() ? UNTIL_IT_WAITS : Integer.parseInt(m.group(2));
            at = m.end();
        }
        return new ScheduleString(Arrays.copyOf(actors, n), Arrays.copyOf(steps, n));
    }

    static String of(int[] actor, int length) {
        StringBuilder text = new StringBuilder();
        for (int k = 0; k < length; ) {
            int end = k;
            while (end < length && actor[end] == actor[k]) {
                end++;
            }
            text.append(letter(actor[k])).append(end - k);
            k = end;
        }
        return text.toString();
    }

    static char letter(int actor) {
        return (char) (actor < 26 ? 'a' + actor : 'A' + actor - 26);
    }

    int blocks() {
        return actors.length;
    }

    /// How often another actor goes on.
    int switches() {
        return Math.max(0, actors.length - 1);
    }

    /// Without block `b`.
    ScheduleString without(int b) {
        int[] a = new int[actors.length - 1];
        int[] s = new int[actors.length - 1];
        for (int i = 0, j = 0; i < actors.length; i++) {
            if (i != b) {
                a[j] = actors[i];
                s[j++] = steps[i];
            }
        }
        return new ScheduleString(a, s);
    }

    /// With block `b` running as long as it can.
    ScheduleString open(int b) {
        int[] s = steps.clone();
        s[b] = UNTIL_IT_WAITS;
        return new ScheduleString(actors, s);
    }

    /// With blocks `b` and `b + 1` in the other order.
    ScheduleString swapped(int b) {
        int[] a = actors.clone();
        int[] s = steps.clone();
        a[b] = actors[b + 1];
        a[b + 1] = actors[b];
        s[b] = steps[b + 1];
        s[b + 1] = steps[b];
        return new ScheduleString(a, s);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int b = 0; b < actors.length; b++) {
            text.append(letter(actors[b]));
            if (steps[b] != UNTIL_IT_WAITS) {
                text.append(steps[b]);
            }
        }
        return text.toString();
    }
}
