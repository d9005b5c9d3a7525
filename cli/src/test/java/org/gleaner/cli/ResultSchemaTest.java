package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Keeps `schema/result.schema.json` in step with the records that results are written from, and
/// results of every kind in step with it. Run with `-Dgleaner.schema.write=true` to write it anew.
final class ResultSchemaTest {
    private static final Path FILE = Path.of("..", "schema", "result.schema.json");
    private static final JsonMapper JSON = JsonMapper.shared();

    /// A machine as small as it comes.
    private static final String SMALL =
            " --scale 1 --set host.cpus=4 --set guest.vcpus=2 --set host.memory=12MiB"
                    + " --set guest.memory=16MiB --set guest.tlbEntries=64"
                    + " --set host.watermarks.minFree=256KiB";

    private static final String ROOMY =
            SMALL.replace("host.memory=12MiB", "host.memory=64MiB")
                    .replace("guest.memory=16MiB", "guest.memory=8MiB");

    @TempDir Path directory;

    private static Schema schema(ObjectNode document) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(document);
    }

    @Test
    void theCheckedInSchemaIsCurrent() throws IOException {
        String current =
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(ResultSchema.open())
                        + "\n";
        if (Boolean.getBoolean("gleaner.schema.write")) {
            Files.writeString(FILE, current);
        }
        assertThat(Files.readString(FILE)).isEqualTo(current);
    }

    private static Stream<String> commands() {
        return Stream.of(
                "run" + SMALL,
                "run --seeds 2" + SMALL,
                "run --engine threads --set host.swap.device=zram" + SMALL,
                "run --ablate" + SMALL,
                "run --band 5 --set configurations=[{'name':'x'},{'name':'y'}]" + SMALL,
                "run access-tracking" + ROOMY,
                "run access-tracking --set benchmark=true" + ROOMY,
                "run mmu-stress --set guest.slotSize=100%" + SMALL,
                "run dirty-log-perf --set hugetlb=none" + ROOMY,
                "run demand-paging" + ROOMY,
                "run pfn-designs" + SMALL,
                "run architectures" + ROOMY,
                "run neighbours --set millis=20 --set host.commands=[]" + ROOMY,
                "replay small --memory 50%",
                "replay small --memory 50% --through kvm --lru mglru,classic --seeds 2",
                "replay small --memory 50% --arch arm64 --through kvm",
                "replay small --curve 50%,100% --policy lru,opt",
                "replay small --memory 50% --compare mglru,classic",
                "replay large --memory 50% --sample 1/2",
                "replay small small --host-memory 12MiB",
                "replay small --memory 4p",
                "advise --host HOST --vms small --slo major\tfaults<50/s,psi\tsome<1% --seeds 1"
                        + " --watch 2ms --warm-up 1ms --knobs lru,low --psi-target 0.1%",
                "torture --seconds 1",
                "check dirty-zap",
                "validate reclaim --seeds 1 --only kernel=6.12,mode=mglru",
                "validate timing",
                "fleet info ../traces/fleet/vmtable.csv",
                "fleet pack ../traces/fleet/vms.yaml --host ../traces/fleet/host.yaml"
                        + " --slo psi\tsome<5% --watch 1s --warm-up 0s",
                "fleet population ../traces/fleet/vmtable.csv --vms 3 --busy uniform",
                "trace cold small --pace 10",
                "trace cold small large --pace 1",
                "validate together --seeds 1 --only"
                        + " kernel=7.2,mode=classic,kind=kvm,mem_pages=8595",
                "trace info small",
                "trace info small large");
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("commands")
    void resultsAreAsTheSchemaSays(String line) throws IOException {
        JsonNode json = result(line);
        assertThat(schema(ResultSchema.open()).validate(json)).isEmpty();
        // and the schema knows all that there is
        assertThat(schema(ResultSchema.closed()).validate(json)).isEmpty();
    }

    private static byte[] trace(int pages) {
        ByteBuffer bytes = ByteBuffer.allocate(16 * pages).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 4 * pages; i++) {
            bytes.putInt(i * 7 % pages | i % 3 << 31);
        }
        return bytes.array();
    }

    private JsonNode result(String line) throws IOException {
        Session session = new Session(directory);
        session.standardExecutors = !line.startsWith("validate");
        if (!session.standardExecutors) {
            // rows of the real table, held against made-up results
            session.home = Path.of("..");
        }
        Path traces = Files.createDirectories(directory.resolve("traces"));
        Files.write(traces.resolve("small.u32"), trace(251));
        Files.write(traces.resolve("large.u32"), trace(4093));
        Path host = directory.resolve("host.yaml");
        Files.writeString(host, "host: {memory: 4MiB}\n");
        boolean silent = line.startsWith("fleet population");
        session.run(
                (line.replace("HOST", host.toString()) + " --json" + (silent ? "" : " -q"))
                        .split(" "));
        assertThat(session.out()).as(session.err()).isNotEmpty();
        return JSON.readTree(session.out());
    }

    @Test
    void whatIsNoResultIsTold() throws IOException {
        ObjectNode json = (ObjectNode) result("replay small --memory 50%");
        assertThat(schema(ResultSchema.open()).validate(json)).isEmpty();
        json.put("pages", 1);
        assertThat(schema(ResultSchema.open()).validate(json)).isEmpty();
        assertThat(schema(ResultSchema.closed()).validate(json)).isNotEmpty();
        json.put("accesses", "many");
        assertThat(schema(ResultSchema.open()).validate(json)).isNotEmpty();
        json.remove("resultFormat");
        assertThat(schema(ResultSchema.open()).validate(json))
                .extracting(Error::getMessage)
                .anyMatch(each -> each.contains("resultFormat"));
    }
}
