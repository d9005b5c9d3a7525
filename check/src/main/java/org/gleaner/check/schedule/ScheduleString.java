package org.gleaner.check.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A schedule in a few characters: `a14b9a` lets actor a take 14 steps, b 9, and then a as many as
/// it can. Where it ends, whoever ran last goes on until it has to wait; then the first that can.
///
/// Actors are letters in order of creation. A block also ends where its actor cannot go on, so that
/// a schedule still means something when the program has changed a little.
public final class ScheduleString {
    /// Leaves everything to the actors' order.
    public static final ScheduleString NONE = new ScheduleString(new int[0], new int[0]);

    private static final String FORM =
            "a schedule is blocks such as b22c66b4: the letter of an actor, and how many steps it takes (1 to"
                    + " 999999; as many as it can without a number)";
    private static final Pattern BLOCK = Pattern.compile("([a-zA-Z])([1-9]\\d{0,5})?(?!\\d)");
    private static final int UNTIL_IT_WAITS = Integer.MAX_VALUE;

    /// Letters of a wrong schedule that a message shows.
    private static final int LONG = 40;

    final int[] actors;
    final int[] steps;

    ScheduleString(int[] actors, int[] steps) {
        this.actors = actors;
        this.steps = steps;
    }

    /// @throws Refused if `text` is no schedule; the message says where
    public static ScheduleString parse(String text) {
        Matcher m = BLOCK.matcher(text);
        int[] actors = new int[text.length()];
        int[] steps = new int[text.length()];
        int n = 0;
        int at = 0;
        while (at < text.length()) {
            if (!m.find(at) || m.start() != at) {
                throw new Refused(
                        "--schedule", "'" + shorten(text.substring(at)) + "' is no block", FORM);
            }
            char letter = m.group(1).charAt(0);
            actors[n] = letter >= 'a' ? letter - 'a' : letter - 'A' + 26;
            steps[n++] = m.group(2) == null ? UNTIL_IT_WAITS : Integer.parseInt(m.group(2));
            at = m.end();
        }
        return new ScheduleString(Arrays.copyOf(actors, n), Arrays.copyOf(steps, n));
    }

    private static String shorten(String text) {
        return text.length() <= LONG ? text : text.substring(0, LONG) + "...";
    }

    /// @param names of all actors there are
    /// @throws Refused if this has others, or nothing
    public void requireActors(List<String> names) {
        if (actors.length == 0) {
            throw new Refused("--schedule", "is empty", FORM);
        }
        for (int actor : actors) {
            if (actor >= names.size()) {
                List<String> all = new ArrayList<>();
                for (int a = 0; a < names.size(); a++) {
                    all.add(letter(a) + " (" + names.get(a) + ")");
                }
                String what =
                        "there is no actor " + letter(actor) + ", but " + String.join(", ", all);
                throw new Refused("--schedule", what, FORM);
            }
        }
    }

    public static String of(int[] actor, int length) {
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

    public static char letter(int actor) {
        return (char) (actor < 26 ? 'a' + actor : 'A' + actor - 26);
    }

    public int blocks() {
        return actors.length;
    }

    /// How often another actor goes on.
    public int switches() {
        return Math.max(0, actors.length - 1);
    }

    /// Without block `b`.
    public ScheduleString without(int b) {
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
    public ScheduleString open(int b) {
        int[] s = steps.clone();
        s[b] = UNTIL_IT_WAITS;
        return new ScheduleString(actors, s);
    }

    /// With blocks `b` and `b + 1` in the other order.
    public ScheduleString swapped(int b) {
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
