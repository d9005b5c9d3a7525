package org.gleaner.lab.record;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gleaner.lab.trace.format.AccessSink;

/// Keeps what a recorder hands on.
final class Collected implements AccessSink {

    record Access(int space, long cpu, long time, long page, boolean write) {}

    final List<Access> accesses = new ArrayList<>();
    final List<String> spaces = new ArrayList<>();
    private int space;
    private long cpu;
    private long time;

    @Override
    public void access(long page, boolean write) {
        accesses.add(new Access(space, cpu, time, page, write));
    }

    @Override
    public void space(int of, String name) {
        space = of;
        if (of == spaces.size()) {
            spaces.add(name);
        }
    }

    @Override
    public void cpu(long of) {
        cpu = of;
    }

    @Override
    public void time(long now) {
        time = now;
    }

    /// Those to pages `from` up to but not with `to`.
    List<Access> within(long from, long to) {
        return accesses.stream().filter(each -> each.page >= from && each.page < to).toList();
    }

    static Set<Long> pages(List<Access> of) {
        Set<Long> pages = new HashSet<>();
        of.forEach(each -> pages.add(each.page));
        return pages;
    }
}
