package org.gleaner.lab.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gleaner.lab.run.ErrorBand.Figure;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;

/// The band of the default scenario, which was measured beforehand: a run of it shall not take the
/// time of a hundred. It is what `gleaner run --scale 1/1024 --band 20 --out DIR` leaves as
/// `band.csv`.
public final class BundledBand {
    private static final String RESOURCE = MaxGuestMemory.KIND + ".band.csv";

    private BundledBand() {}

    /// The band of a scenario, as it was measured.
    ///
    /// @param scenario at full size
    /// @return empty if it is not the default scenario
    public static Optional<ErrorBand> of(Scenario scenario) {
        List<String> seed = List.of("seed=" + scenario.seed());
        if (!scenario.equals(ScenarioReader.read(MaxGuestMemory.KIND, seed, Scale.FULL))) {
            return Optional.empty();
        }
        return Optional.of(read());
    }

    private static ErrorBand read() {
        try (InputStream in = BundledBand.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("no " + RESOURCE);
            }
            return parsed(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ErrorBand parsed(List<String> lines) {
        List<Figure> figures = new ArrayList<>();
        List<Figure> ratios = new ArrayList<>();
        String[] head = new String[0];
        for (String line : lines.subList(1, lines.size())) {
            head = line.split(",");
            Figure figure =
                    new Figure(
                            head[5],
                            head[6],
                            Double.parseDouble(head[7]),
                            Double.parseDouble(head[8]),
                            Double.parseDouble(head[9]));
            (figure.of().contains("/") ? ratios : figures).add(figure);
        }
        int points = Integer.parseInt(head[0]);
        return new ErrorBand(
                points,
                points,
                Scale.parse(head[1]),
                Long.parseLong(head[2]),
                Integer.parseInt(head[3]),
                head[4],
                figures,
                ratios);
    }
}
