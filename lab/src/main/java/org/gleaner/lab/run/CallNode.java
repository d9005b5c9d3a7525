package org.gleaner.lab.run;

import java.util.List;

/// A call tree as part of a result.
public record CallNode(
        String name, long inclusiveNanos, long exclusiveNanos, List<CallNode> children)
        implements CallTreeResult {

    public CallNode {
        children = List.copyOf(children);
    }

    /// A tree that nothing was recorded in.
    public static CallNode empty(String name) {
        return new CallNode(name, 0, 0, List.of());
    }

    /// A copy of `tree` as it is now.
    public static CallNode copyOf(CallTreeResult tree) {
        return new CallNode(
                tree.name(),
                tree.inclusiveNanos(),
                tree.exclusiveNanos(),
                tree.children().stream().map(CallNode::copyOf).toList());
    }
}
