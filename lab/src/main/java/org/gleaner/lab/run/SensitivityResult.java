package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import org.gleaner.lab.size.Scale;

/// What each constant of virtual time does to tables of times. The components are the fields of the
/// JSON document.
///
/// @param file that the tables' rows come from
/// @param scale of all scenarios
/// @param percent how far each constant was moved, down and up
/// @param completeness of the constants
/// @param tables whose times were measured, in the order of the file
/// @param gauge what happens if all constants shrink or grow by a thousandth: times that hang on
///     the order of events move by more, and no effect below that means anything
/// @param constants that some table feels, the most influential first
/// @param unfelt constants that no table feels
@JsonIgnoreProperties("completeness")
public record SensitivityResult(
        String file,
        Scale scale,
        int percent,
        Completeness completeness,
        List<Table> tables,
        List<Effect> gauge,
        List<Moved> constants,
        List<String> unfelt,
        double wallSeconds)
        implements Result {

    public SensitivityResult {
        tables = List.copyOf(tables);
        gauge = List.copyOf(gauge);
        constants = List.copyOf(constants);
        unfelt = List.copyOf(unfelt);
    }

    /// Rows of one source, scenario and metric.
    ///
    /// @param rows how many there are
    public record Table(String source, String scenario, String metric, int rows) {}

    /// A constant and what it does to each table, in their order.
    public record Moved(String constant, List<Effect> effects) {
        public Moved {
            effects = List.copyOf(effects);
        }

        /// The largest change of a table's median, in percent, less what a thousandth of all
        /// constants does to that table. Medians, because a single row may hang on the order of
        /// events.
        public double influence(List<Effect> gauge) {
            double most = 0;
            for (int i = 0; i < effects.size(); i++) {
                most = Math.max(most, effects.get(i).median() - gauge.get(i).median());
            }
            return most;
        }
    }

    /// By how many percent the times of a table change.
    ///
    /// @param low median of the rows' changes with the constant moved down
    /// @param high the same with the constant moved up
    /// @param largest change of a row, either way, as a positive number
    /// @param row that changes most
    public record Effect(double low, double high, double largest, String row) {

        double median() {
            return Math.max(Math.abs(low), Math.abs(high));
        }
    }

    /// Whether anything is felt is no matter of right or wrong.
    @Override
    public List<String> failures() {
        return List.of();
    }
}
