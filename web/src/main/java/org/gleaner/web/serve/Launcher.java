package org.gleaner.web.serve;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// What can be run, and the running of it: whoever starts the server knows how.
public interface Launcher {

    /// One scenario.
    ///
    /// @param name of it
    /// @param question that it answers
    /// @param takes how long, in words
    record Offer(String name, String question, String takes) {}

    /// A fault in what was asked for.
    ///
    /// @param field the key or the option that it is about; empty if it is about no single one
    /// @param message what is wrong, and the mend
    record Fault(String field, String message) {}

    /// What a filled form comes to.
    ///
    /// @param command that does the same in a shell
    /// @param faults none if it can be run
    record Prepared(String command, List<Fault> faults) {
        public Prepared {
            faults = List.copyOf(faults);
        }
    }

    /// The scenarios, the most usual first.
    List<Offer> offers();

    /// What a form of a scenario is made of: `schema` (of scenarios), `written` (its keys as they
    /// stand) and `options` (of the command).
    ///
    /// @param scenario one that is offered
    JsonNode form(String scenario);

    /// Looks at a form without running anything.
    Prepared prepare(FilledForm form);

    /// Runs it to its end, and tells `run` of it; returns after [LiveRun#end].
    void run(FilledForm form, LiveRun run);
}
