package org.gleaner.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Stack;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.run.TogetherRequest;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// Options of `gleaner replay` that say how much memory a trace gets.
final class MemoryOptions {

    private static final int CURVE_POINTS = 10;

    private static final Each<Size> HALF =
            new Each<>(List.of(new Size.Share(BigDecimal.valueOf(50))));

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = Each.Sizes.class,
            description =
                    "The limit: 256GiB, 64M, 16384p (pages of 4KiB), or 50%% of the pages touched."
                            + " Four of its pages are the kernel's, as in a cgroup. Several,"
                            + " such as 80%%,60%%,40%%, are compared; so are those of --lru, --kernel,"
                            + " --through and --aging. Required without --curve, and 50%% with"
                            + " --compare.")
    private @Nullable Each<Size> memory;

    @Option(
            names = "--curve",
            arity = "0..1",
            paramLabel = "SIZES",
            parameterConsumer = CurveSizes.class,
            description =
                    "Faults, refaults and stall time against memory: 90%%,80%%,70%% or what sizes you"
                            + " name (default: 100%% to 10%% in ten steps). With --out also as"
                            + " curve.csv.")
    private @Nullable Each<Size> curve;

    /// A size, and what it comes to of a trace.
    record Limit(Size size, long pages) {}

    boolean several() {
        return sizes().several();
    }

    boolean isCurve() {
        return curve != null;
    }

    /// The limits that a trace is replayed under. Of sizes that nobody named, those that are less
    /// than one of its pages are left out.
    List<Limit> limits(Trace trace) {
        List<Limit> limits = new ArrayList<>();
        long touched = (long) trace.distinctPages() * trace.pageBytes();
        for (Size size : sizes().values()) {
            boolean named = !areUsual();
            if (named || size.bytes(touched) >= trace.pageBytes()) {
                String option = curve == null ? "--memory" : "--curve";
                limits.add(new Limit(size, pages(option, size, trace)));
            }
        }
        return limits;
    }

    /// The one limit of a guest among others; [TogetherRequest#UNLIMITED] if none was said.
    long limit(Trace trace) {
        return memory == null
                ? TogetherRequest.UNLIMITED
                : pages("--memory", memory.values().getFirst(), trace);
    }

    /// Whether they are those of a bare `--curve`, which nobody named: that very object.
    @SuppressWarnings("ReferenceEquality")
    private boolean areUsual() {
        return curve == CurveSizes.USUAL;
    }

    /// What a size comes to of a trace.
    ///
    /// @throws BadInput if that is nothing, at the option
    static long pages(String option, Size size, Trace trace) {
        try {
            return size.pages(trace.distinctPages(), trace.pageBytes());
        } catch (BadInput bad) {
            throw bad.at(option + " " + size + " of " + trace.name());
        }
    }

    private Each<Size> sizes() {
        if (curve != null) {
            return curve;
        }
        return memory != null ? memory : HALF;
    }

    /// @param half whether half of what is touched will do if nothing is said
    /// @param together whether traces are guests of one host, which need no limit and have one
    /// @throws BadInput if too much or too little was said
    void check(boolean half, boolean together) {
        if (curve != null && memory != null) {
            throw new BadInput(
                    "--memory", "--curve says which sizes", "leave it out, or --curve with it");
        }
        if (together && memory != null && memory.several()) {
            throw new BadInput("--memory", "guests of one host have one limit", "give one size");
        }
        if (curve == null && memory == null && !half && !together) {
            throw new BadInput(
                    "",
                    "missing required option: '--memory=SIZE' or '--curve'",
                    "see 'gleaner replay --help'");
        }
    }

    /// The sizes after `--curve`, if what comes there is any: it may be a trace as well.
    static final class CurveSizes implements IParameterConsumer {

        private static final Pattern SIZES = Pattern.compile("[0-9.]+ ?(%|[A-Za-z]{0,3})(,.*)?");

        static final Each<Size> USUAL = usual();

        @Override
        public void consumeParameters(Stack<String> words, ArgSpec option, CommandSpec command) {
            boolean named = !words.isEmpty() && SIZES.matcher(words.peek()).matches();
            option.setValue(named ? sizes(words.pop()) : USUAL);
        }

        private static Each<Size> sizes(String text) {
            try {
                return new Each.Sizes().convert(text);
            } catch (BadInput bad) {
                throw bad.at("--curve");
            }
        }

        private static Each<Size> usual() {
            List<Size> sizes = new ArrayList<>();
            for (int tenths = CURVE_POINTS; tenths > 0; tenths--) {
                sizes.add(new Size.Share(BigDecimal.valueOf(100L * tenths / CURVE_POINTS)));
            }
            return new Each<>(sizes);
        }
    }
}
