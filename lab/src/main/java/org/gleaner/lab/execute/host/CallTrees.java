package org.gleaner.lab.execute.host;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.run.CallNode;
import org.gleaner.machine.CallTree;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.jspecify.annotations.Nullable;

/// Call trees of actors, summed and taken between two moments.
public final class CallTrees {
    /// Exclusive ticks by call path.
    private static final class Node {
        final Map<KernelFunction, Node> children = new EnumMap<>(KernelFunction.class);
        long exclusive;
    }

    private CallTrees() {}

    /// What was spent under `root` by all of `cpus` since `before` (frames as [#snapshot] took
    /// them).
    public static CallNode since(
            List<Cpu> cpus, List<CallTree.@Nullable Frame> before, KernelFunction root) {
        Node sum = new Node();
        for (int i = 0; i < cpus.size(); i++) {
            CallTree.Frame now = frame(cpus.get(i));
            if (now != null) {
                collect(sum, now, root, 1);
            }
            CallTree.Frame then = i < before.size() ? before.get(i) : null;
            if (then != null) {
                collect(sum, then, root, -1);
            }
        }
        return node(root, sum);
    }

    /// The trees of `cpus` as they are.
    public static List<CallTree.@Nullable Frame> snapshot(List<Cpu> cpus) {
        List<CallTree.@Nullable Frame> frames = new ArrayList<>();
        for (Cpu cpu : cpus) {
            frames.add(frame(cpu));
        }
        return frames;
    }

    private static CallTree.@Nullable Frame frame(Cpu cpu) {
        CallTree tree = cpu.callTree();
        return tree == null ? null : tree.root();
    }

    /// Adds every topmost `root` frame at or below `frame`.
    private static void collect(Node sum, CallTree.Frame frame, KernelFunction root, int sign) {
        if (frame.function() == root) {
            add(sum, frame, sign);
            return;
        }
        for (CallTree.Frame child : frame.children()) {
            collect(sum, child, root, sign);
        }
    }

    private static void add(Node node, CallTree.Frame frame, int sign) {
        node.exclusive += sign * frame.exclusiveTicks();
        for (CallTree.Frame child : frame.children()) {
            KernelFunction function = child.function();
            if (function != null) {
                add(node.children.computeIfAbsent(function, f -> new Node()), child, sign);
            }
        }
    }

    private static CallNode node(KernelFunction function, Node node) {
        List<CallNode> children = new ArrayList<>();
        long inclusive = node.exclusive / 16;
        for (Map.Entry<KernelFunction, Node> child : node.children.entrySet()) {
            CallNode below = node(child.getKey(), child.getValue());
            if (below.inclusiveNanos() > 0) {
                children.add(below);
                inclusive += below.inclusiveNanos();
            }
        }
        return new CallNode(function.kernelName(), inclusive, node.exclusive / 16, children);
    }
}
