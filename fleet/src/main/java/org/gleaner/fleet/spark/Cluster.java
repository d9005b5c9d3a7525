package org.gleaner.fleet.spark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.gleaner.lab.BadInput;

/// Where tasks run: threads of this process, or a cluster named by its master.
///
/// @param master as Spark names it: `local[2]`, `spark://host:7077`
/// @param jars that workers are sent; empty if tasks run here
public record Cluster(String master, List<String> jars) {

    private static final Pattern LOCAL = Pattern.compile("local(\\[(\\*|[0-9]+)(,[0-9]+)?])?");
    private static final Pattern STANDALONE = Pattern.compile("spark://([^:,]+):([0-9]+)");
    private static final Pattern OTHERS = Pattern.compile("(yarn|k8s://.+|spark://.+)");
    private static final int PATIENCE_MILLIS = 3_000;

    /// This process.
    ///
    /// @param cores 1 and up
    public static Cluster here(int cores) {
        return new Cluster("local[" + cores + "]", List.of());
    }

    /// @throws BadInput if `master` is no name of one, or nobody answers there
    public static Cluster of(String master, List<String> jars) {
        if (LOCAL.matcher(master).matches()) {
            return new Cluster(master, List.of());
        }
        if (!OTHERS.matcher(master).matches()) {
            throw new BadInput(
                    "--master " + master,
                    "is no name of a cluster",
                    "give one such as local[2] or spark://host:7077");
        }
        Matcher standalone = STANDALONE.matcher(master);
        if (standalone.matches()) {
            knock(master, standalone.group(1), Integer.parseInt(standalone.group(2)));
        }
        return new Cluster(master, jars);
    }

    /// Spark itself tries for a minute.
    private static void knock(String master, String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
        } catch (IOException | IllegalArgumentException e) {
            throw new BadInput(
                    "--master " + master, "nobody answers there", "start it, or check the name", e);
        }
    }

    /// Whether tasks run in this process.
    boolean isHere() {
        return LOCAL.matcher(master).matches();
    }

    /// A session, which says what it has to say to a file.
    ///
    /// @param files that its tasks read; sent to those that run elsewhere, from the first task on,
    ///     which files that are added to a session are not
    /// @throws BadInput if there is no way to it
    SparkSession open(String name, Path log, Collection<String> files) {
        System.setProperty("gleaner.spark.log", log.toString());
        System.setProperty(
                "log4j2.configurationFile",
                String.valueOf(Cluster.class.getResource("spark-log4j2.properties")));
        SparkConf conf =
                new SparkConf(true)
                        .setMaster(master)
                        .setAppName("gleaner sweep " + name)
                        .set("spark.ui.enabled", "false")
                        .set("spark.ui.showConsoleProgress", "false")
                        .set("spark.sql.ui.retainedExecutions", "1")
                        .set("spark.ui.retainedTasks", "100")
                        .set("spark.ui.retainedJobs", "1")
                        .set("spark.ui.retainedStages", "1")
                        .set("spark.sql.warehouse.dir", log.resolveSibling("none").toString())
                        // A task's file has its place when the task ends, not when the job does:
                        // what is finished when somebody pulls the plug stays finished.
                        .set("spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version", "2")
                        .set(
                                "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs",
                                "false")
                        .set("spark.sql.files.ignoreCorruptFiles", "true")
                        .set("spark.sql.parquet.compression.codec", "zstd")
                        .set("spark.task.maxFailures", "4")
                        .set(
                                "spark.executor.extraJavaOptions",
                                "--add-exports java.base/jdk.internal.vm=ALL-UNNAMED");
        if (isHere()) {
            conf.set("spark.driver.bindAddress", "127.0.0.1").set("spark.driver.host", "127.0.0.1");
        } else {
            conf.set("spark.jars", String.join(",", jars))
                    .set("spark.files", String.join(",", files));
        }
        try {
            return SparkSession.builder().config(conf).getOrCreate();
        } catch (RuntimeException e) {
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason");
            throw new BadInput("--master " + master, why, "see " + log, e);
        }
    }
}
