package org.gleaner.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `gleaner fleet`: published tables, of a few lines.
final class FleetCommandTest {

    private static final String TASK =
            "600000000,900000000,6,0,17,0.1,0.02,0.04,0.001,0.002,0.03,,,,,,,0.99,0\n";
    private static final String VM = "v,s,d,300,3900,90,10,50,Unknown,2,4\n";
    private static final String INSTANCE =
            "{\"start_time\":\"600000000\",\"end_time\":\"900000000\",\"collection_id\":\"6\","
                    + "\"instance_index\":\"0\",\"machine_id\":\"-1\",\"collection_type\":\"0\","
                    + "\"average_usage\":{\"cpus\":0.1,\"memory\":0.02},\"assigned_memory\":0.04}\n";

    @TempDir Path directory;

    private Session session(int code, String... arguments) {
        Session session = new Session(directory);
        assertThat(session.run(arguments)).as(session.err()).isEqualTo(code);
        return session;
    }

    private String refused(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("part.csv"), text);
        String line = session(2, "fleet", "info", file.toString()).err();
        assertThat(line.lines()).hasSize(1);
        return line;
    }

    @Test
    void windowsBecomeLives() throws IOException {
        String later = TASK.replace("900000000", "1000000000").replace("600000000", "900000000");
        String other = TASK.replace(",6,0,", ",6,1,").replace("0.02,0.04", "0.01,0.02");
        Path file = directory.resolve("part.csv.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            // of 400 s in all: 300 s with 0.02 in use, 100 s with 0.01
            out.write((TASK + later.replace("0.02,0.04", "0.01,0.04") + other).getBytes(UTF_8));
        }
        String json = session(0, "fleet", "info", file.toString(), "--json").out();
        assertThat(json)
                .contains("\"table\" : \"google-2011-task-usage\"", "\"rows\" : 3", "\"vms\" : 2")
                .contains("\"cutVms\" : 2", "\"lastSecond\" : 1000.0", "\"unit\" : \"machine\"")
                // of tasks the mean of 0.0175 and 0.01; at a moment by 400 s and 300 s
                .contains("\"mean\" : 0.01375")
                .containsPattern("\"mean\" : 0\\.01428");
    }

    @Test
    void lifetimesAreRead() throws IOException {
        String open = VM.replace("300,3900", "0,6000").replace(",4\n", ",>64\n");
        Path file = Files.writeString(directory.resolve("vmtable.csv"), VM + open);
        assertThat(session(0, "fleet", "info", file.toString(), "--json").out())
                .contains("\"table\" : \"azure-vmtable\"", "\"unit\" : \"GiB\"", "\"cutVms\" : 1")
                .contains("\"p100\" : 64.0", "\"p50\" : 3600.0");

        Path packing =
                Files.writeString(
                        directory.resolve("packing.csv"),
                        "vmId,tenantId,vmTypeId,priority,starttime,endtime,memory\n"
                                + "1,2,3,0,-4.5,1.0,0.25\n2,2,3,1,0.5,NULL,0.125\n");
        assertThat(session(0, "fleet", "info", packing.toString(), "--json").out())
                .contains("\"table\" : \"azure-packing-2020\"", "\"vms\" : 2", "\"cutVms\" : 2")
                .contains("\"firstSecond\" : -388800.0", "\"lastSecond\" : 86400.0");
    }

    @Test
    void instancesAreReadAsPublishedAndAsCsv() throws IOException {
        String set = INSTANCE.replace("\"collection_type\":\"0\"", "\"collection_type\":\"1\"");
        Path json = Files.writeString(directory.resolve("usage.json"), INSTANCE + set);
        Path csv =
                Files.writeString(
                        directory.resolve("usage.csv"),
                        "start_time,end_time,collection_id,instance_index,average_usage_memory,"
                                + "assigned_memory\n600000000,900000000,6,0,0.02,0.04\n");
        for (Path file : new Path[] {json, csv}) {
            assertThat(session(0, "fleet", "info", file.toString(), "--json").out())
                    .contains("\"table\" : \"google-2019-instance-usage\"", "\"rows\" : 1")
                    .contains("\"mean\" : 50.0");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "600000000,900000000,6 | line 2 | it has 3 columns, not 19 or 20",
                "900000000,600000000,6,0,1,,,,,,,,,,,,,,0 | line 2 | before it begins",
                "600000000,900000000,x,0,1,,,,,,,,,,,,,,0 | line 2 | its job ID (column 3) is 'x'",
                "600000000,900000000,6,0,1,,9,,,,,,,,,,,,0 | line 2 | no share of the largest",
                "600000000,900000000,6,0,1,,-1,,,,,,,,,,,,0 | line 2 | no number, 0 and up"
            })
    void aBadRowIsToldWithItsLine(String row, String place, String what) throws IOException {
        assertThat(refused(TASK + row + "\n"))
                .contains("part.csv, " + place + ": ", "is no google-2011-task-usage", what)
                .contains("get the file again");
    }

    @Test
    void whatIsNoTableIsRefused() throws IOException {
        assertThat(refused("")).contains("is empty; give task_usage");
        assertThat(refused("a,b\n1,2\n")).contains("no table of a fleet", "'a,b'");
        assertThat(refused(VM + VM.replace(",4\n", ",big\n"))).contains("line 2", "'big'");
        assertThat(refused(VM + VM.replace("300,3900", "300,30"))).contains("deleted before");
        assertThat(refused(INSTANCE + "{\"start_time\":1}\n"))
                .contains("line 2", "it has no 'end_time'");
        assertThat(refused(INSTANCE + INSTANCE.substring(0, 40) + "\n")).contains("part.csv, line");
        assertThat(refused(INSTANCE + INSTANCE.replace(":0.02", ":\"much\"")))
                .contains("line 2", "average_usage.memory is 'much'");
        assertThat(session(2, "fleet", "info", "nowhere.csv").err()).contains("no such file");
        Path vms = Files.writeString(directory.resolve("vmtable.csv"), VM);
        Path tasks = Files.writeString(directory.resolve("tasks.csv"), TASK);
        assertThat(session(2, "fleet", "info", vms.toString(), tasks.toString()).err())
                .contains("tasks.csv: is google-2011-task-usage", "before it are azure-vmtable");
        assertThat(session(2, "fleet").err()).contains("no command given");
    }

    @Test
    void aPopulationIsMadeAndMadeAgain() throws IOException {
        Path table = Files.writeString(directory.resolve("vmtable.csv"), VM + VM + VM);
        String[] make = {
            "fleet",
            "population",
            table.toString(),
            "--vms",
            "4",
            "--busy",
            "uniform",
            "--traces",
            "made",
            "--scale",
            "1/4096"
        };
        assertThat(session(2, make).err()).contains("made");
        Files.createDirectory(directory.resolve("made"));
        assertThat(session(0, make).out())
                .contains("4 VMs like those of", "uniform in 4", "VMs in population.yaml");
        assertThat(directory.resolve("made/vm-004.gpt")).exists();
        String cold = directory.resolve("made/vm-001.gpt").toString();
        assertThat(session(0, "trace", "cold", cold).out()).contains("by its own times");

        String made = Files.readString(directory.resolve("population.yaml"));
        assertThat(made).contains("size: 4GiB", "busy: 'uniform'");
        assertThat(session(2, make).err()).contains("is there already");
        String again = directory.resolve("population.yaml").toString();
        String[] more = {
            "fleet", "population", again, "--vms", "2", "--busy", "zipf", "-o", "two.yaml", "--json"
        };
        session(0, more);
        assertThat(directory.resolve("two.yaml")).content().contains("vm-002");
    }

    @Test
    void aPopulationThatCannotBeMadeIsRefused() throws IOException {
        Path tasks = Files.writeString(directory.resolve("tasks.csv"), TASK);
        String file = tasks.toString();
        assertThat(session(2, "fleet", "population", file).err())
                .contains("in shares of the largest machine's", "--machine 256GiB");
        String[] bad = {"fleet", "population", file, "--machine", "1GiB", "--busy", "unifrm"};
        assertThat(session(2, bad).err()).contains("--busy unifrm", "did you mean 'uniform'?");
        assertThat(session(2, "fleet", "population", file, "--vms", "0").err()).contains("--vms");
        assertThat(session(2, "fleet", "population", file, "--returns", "99").err())
                .contains("--returns: 99.0 is out of range");
        assertThat(directory.resolve("population.yaml")).doesNotExist();
    }

    private String population(int vms) throws IOException {
        Path table = Files.writeString(directory.resolve("vmtable.csv"), VM + VM + VM);
        String[] make = {
            "fleet",
            "population",
            table.toString(),
            "--vms",
            "" + vms,
            "--busy",
            "uniform",
            "-o",
            "vms.yaml",
            "--scale",
            "1/4096"
        };
        session(0, make);
        return directory.resolve("vms.yaml").toString();
    }

    @Test
    void aPopulationIsPacked() throws IOException {
        Path host = Files.writeString(directory.resolve("host.yaml"), "host: {memory: 32GiB}\n");
        String[] pack = {
            "fleet",
            "pack",
            population(5),
            "--host",
            host.toString(),
            "--slo",
            "p99 stall < 1ms, psi some < 5%",
            "--scale",
            "1/4096",
            "--watch",
            "5s",
            "--warm-up",
            "1s",
            "-q"
        };
        String text = session(0, pack).out();
        assertThat(text.replaceAll("\\s+", " "))
                .contains("5 VMs of ", "need 1 host by simulation", "none is saved")
                .contains("every VM is to keep: p99 stall < 1ms, psi some < 5%")
                .contains("hosts of 8MiB");
        assertThat(session(0, pack).out()).isEqualTo(text);
    }

    @Test
    void whatCannotBePackedIsRefused() throws IOException {
        String vms = population(2);
        String host =
                Files.writeString(directory.resolve("host.yaml"), "host: {memory: 1GiB}\n")
                        .toString();
        String[] words = {"fleet", "pack", vms, "--host", host, "--slo", "psi some < 5%"};
        assertThat(session(2, words).err()).contains("more than a host can hold");
        words[6] = "p99 stalls < 5%";
        assertThat(session(2, words).err()).contains("--slo", "did you mean 'p99 stall'?");
        words[6] = "psi some < 5%";
        words[4] = "nowhere.yaml";
        assertThat(session(2, words).err()).contains("nowhere.yaml");
        words[4] = host;
        words[2] = host;
        assertThat(session(2, words).err()).contains("unknown key 'host'");
    }
}
