package org.gleaner.lab.generate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;

/// The parameters of a pattern with the values that a user chose.
final class Values {

    private final Map<String, Double> byName = new LinkedHashMap<>();

    /// @param settings each `name=value`
    /// @throws BadInput if a name is none of the parameters, or a value is out of range
    Values(List<Parameter> parameters, List<String> settings) {
        for (Parameter each : parameters) {
            byName.put(each.name(), each.usual());
        }
        for (String setting : settings) {
            set(parameters, setting);
        }
    }

    private void set(List<Parameter> parameters, String setting) {
        int equals = setting.indexOf('=');
        String name = equals < 0 ? setting : setting.substring(0, equals);
        Parameter parameter =
                parameters.stream().filter(p -> p.name().equals(name)).findFirst().orElse(null);
        if (equals < 0 || parameter == null) {
            List<String> names = parameters.stream().map(Parameter::name).toList();
            throw new BadInput(
                    setting,
                    equals < 0 ? "is no NAME=VALUE" : "there is no parameter of that name",
                    equals < 0 ? "write pages=8192" : Nearest.mend(name, names));
        }
        byName.put(name, value(parameter, setting.substring(equals + 1)));
    }

    private static double value(Parameter parameter, String text) {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            value = Double.NaN;
        }
        boolean whole = !parameter.whole() || value == Math.rint(value);
        if (!(value >= parameter.least() && value <= parameter.most()) || !whole) {
            throw new BadInput(
                    parameter.name() + "=" + text,
                    "is out of range",
                    "give a "
                            + (parameter.whole() ? "whole number" : "number")
                            + " from "
                            + text(parameter.least())
                            + " to "
                            + text(parameter.most()));
        }
        return value;
    }

    /// A whole number.
    int count(String name) {
        return (int) number(name);
    }

    double number(String name) {
        Double value = byName.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name);
        }
        return value;
    }

    /// All of them, `pages=8192 share=0.9`.
    @Override
    public String toString() {
        return String.join(
                " ",
                byName.entrySet().stream()
                        .map(e -> e.getKey() + "=" + text(e.getValue()))
                        .toList());
    }

    static String text(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
