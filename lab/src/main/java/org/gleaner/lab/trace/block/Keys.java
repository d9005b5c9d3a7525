package org.gleaner.lab.trace.block;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.gleaner.lab.BadInput;
import org.gleaner.machine.SplitMix64;

/// Numbers texts 0, 1, 2... in the order in which they first come, and keeps them.
///
/// An open hash table over the bytes of all of them, one behind the other: a text costs its bytes
/// and 16 to 24 more, and as much again while a table doubles.
final class Keys {

    private static final int FIRST = 1 << 8;
    private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

    private int[] table = filled(FIRST * 2);
    private int[] hashes = new int[FIRST];

    /// Where each ends.
    private int[] ends = new int[FIRST];

    private byte[] texts = new byte[FIRST * 16];
    private int count;

    /// The number that was asked for last.
    private int last;

    /// The number of the text that lies in `bytes`.
    ///
    /// @throws BadInput if all texts together have too many bytes for an array; without a place
    int id(byte[] bytes, int from, int to) {
        if (last < count && Arrays.equals(texts, start(last), ends[last], bytes, from, to)) {
            return last;
        }
        last = find(bytes, from, to);
        return last;
    }

    private int find(byte[] bytes, int from, int to) {
        int hash = hash(bytes, from, to);
        int mask = table.length - 1;
        int at = hash & mask;
        for (int id; (id = table[at]) >= 0; at = at + 1 & mask) {
            if (hashes[id] == hash && Arrays.equals(texts, start(id), ends[id], bytes, from, to)) {
                return id;
            }
        }
        return add(hash, at, bytes, from, to);
    }

    /// The text of that number.
    String text(long id) {
        int at = (int) id;
        return new String(texts, start(at), ends[at] - start(at), StandardCharsets.UTF_8);
    }

    private int start(int id) {
        return id == 0 ? 0 : ends[id - 1];
    }

    private int add(int hash, int at, byte[] bytes, int from, int to) {
        int start = start(count);
        int length = to - from;
        if (length > MOST_BYTES - start) {
            throw new BadInput("", "has keys of more than 2 GiB", "replay a part of it");
        }
        if (start + length > texts.length) {
            long doubled = Math.max(2L * texts.length, start + length);
            texts = Arrays.copyOf(texts, (int) Math.min(doubled, MOST_BYTES));
        }
        System.arraycopy(bytes, from, texts, start, length);
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, count * 2);
            hashes = Arrays.copyOf(hashes, count * 2);
        }
        table[at] = count;
        hashes[count] = hash;
        ends[count] = start + length;
        count++;
        if (count * 2 > table.length) {
            rehash();
        }
        return count - 1;
    }

    private void rehash() {
        table = filled(table.length * 2);
        int mask = table.length - 1;
        for (int id = 0; id < count; id++) {
            int at = hashes[id] & mask;
            while (table[at] >= 0) {
                at = at + 1 & mask;
            }
            table[at] = id;
        }
    }

    private static int[] filled(int length) {
        int[] empty = new int[length];
        Arrays.fill(empty, -1);
        return empty;
    }

    private static int hash(byte[] bytes, int from, int to) {
        long hash = (long) to - from;
        for (int i = from; i < to; i++) {
            hash = (hash ^ bytes[i]) * 0x100000001b3L;
        }
        return SplitMix64.hash(hash);
    }
}
