package org.gleaner.lab.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.gleaner.lab.choice.PolicyChoice;

/// The policies once more, as slowly and as plainly as they can be said: lists of numbers, of which
/// the first is the oldest or the least recently used.
final class NaivePolicies {

    private NaivePolicies() {}

    static long misses(PolicyChoice policy, int[] pages, int frames) {
        if (policy == PolicyChoice.OPT) {
            return opt(pages, frames);
        }
        IntPredicate hit = online(policy, frames);
        long misses = 0;
        for (int page : pages) {
            misses += hit.test(page) ? 0 : 1;
        }
        return misses;
    }

    private static IntPredicate online(PolicyChoice policy, int frames) {
        return switch (policy) {
            case LRU -> lru(frames);
            case FIFO -> fifo(frames);
            case CLOCK -> new NaiveClock(frames, false, false)::access;
            case CLOCK_REF1_ON_INSERT -> new NaiveClock(frames, true, false)::access;
            case CLOCK_INSERT_THEN_EVICT -> new NaiveClock(frames, false, true)::access;
            case CLOCK_PRO -> new NaiveClockPro(frames)::access;
            case ARC -> new NaiveArc(frames)::access;
            case CAR -> new NaiveCar(frames)::access;
            case S3FIFO -> new NaiveS3Fifo(frames)::access;
            case SIEVE -> new NaiveSieve(frames)::access;
            case LIRS -> new NaiveLirs(frames)::access;
            case TWO_Q -> new NaiveTwoQ(frames)::access;
            case OPT -> throw new IllegalArgumentException();
        };
    }

    private static IntPredicate lru(int frames) {
        List<Integer> list = new ArrayList<>();
        return page -> {
            boolean hit = list.remove((Integer) page);
            if (!hit && list.size() == frames) {
                list.removeFirst();
            }
            list.add(page);
            return hit;
        };
    }

    private static IntPredicate fifo(int frames) {
        List<Integer> list = new ArrayList<>();
        return page -> {
            boolean hit = list.contains(page);
            if (!hit) {
                if (list.size() == frames) {
                    list.removeFirst();
                }
                list.add(page);
            }
            return hit;
        };
    }

    private static long opt(int[] pages, int frames) {
        List<Integer> resident = new ArrayList<>();
        long misses = 0;
        for (int i = 0; i < pages.length; i++) {
            if (resident.contains(pages[i])) {
                continue;
            }
            misses++;
            if (resident.size() == frames) {
                int victim = resident.getFirst();
                for (int page : resident) {
                    if (nextUse(pages, i, page) > nextUse(pages, i, victim)) {
                        victim = page;
                    }
                }
                resident.remove((Integer) victim);
            }
            resident.add(pages[i]);
        }
        return misses;
    }

    private static int nextUse(int[] pages, int after, int page) {
        int i = after + 1;
        while (i < pages.length && pages[i] != page) {
            i++;
        }
        return i;
    }
}
