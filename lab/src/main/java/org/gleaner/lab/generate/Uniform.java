package org.gleaner.lab.generate;

import java.util.List;
import java.util.SplittableRandom;

/// Any page, each with the same chance: no policy can know better than another.
final class Uniform implements Pattern {

    @Override
    public String name() {
        return "uniform";
    }

    @Override
    public String summary() {
        return "any page with the same chance: no policy can know better";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.pages("pages", "memory", 16_384), Pattern.writes());
    }

    @Override
    public Source begin(Values values, SplittableRandom random) {
        int pages = values.count("pages");
        double writes = values.number("writes");
        return sink -> sink.access(random.nextInt(pages), random.nextDouble() < writes);
    }
}
