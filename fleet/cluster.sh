#!/bin/sh
# A Spark cluster on this machine, from the jars that Maven has: a master and workers on loopback, for trying a sweep on
# more than one process.
#
#   fleet/cluster.sh start DIR [WORKERS]   starts it (2 workers of a core and 1 GiB), and prints its master's name
#   fleet/cluster.sh stop DIR              ends it
#
# DIR, a new directory, gets its logs and the numbers of its processes. A port is chosen by SPARK_MASTER_PORT (7077).
set -eu

fail() {
    echo "cluster.sh: $1" >&2
    exit 2
}

[ $# -ge 2 ] || fail "say what to do; cluster.sh start DIR [WORKERS], or stop DIR"
what=$1
dir=$2
root=$(cd "$(dirname "$0")/.." && pwd -P)

# The launcher has built it, or mvn package.
spark_classpath() {
    for list in "$root/.build/$(cat "$root/.build/current-fleet" 2>/dev/null)/spark.classpath" \
        "$root/fleet/target/spark.classpath"; do
        if [ -f "$list" ]; then
            cat "$list"
            return 0
        fi
    done
    fail "Spark's jars are not there yet; run '$root/gleaner sweep --help' once"
}

start() {
    workers=${1:-2}
    port=${SPARK_MASTER_PORT:-7077}
    [ ! -e "$dir" ] || fail "$dir is there already; name a new directory"
    jars=$(spark_classpath)
    jdk=$("$root/gleaner" --print-java-home)
    # What Spark takes for an installation: a directory with jars and a file that says so.
    mkdir -p "$dir/spark/jars" "$dir/logs"
    dir=$(cd "$dir" && pwd -P)
    echo "Spark from Maven" >"$dir/spark/RELEASE"
    old=$IFS
    IFS=:
    for jar in $jars; do ln -s "$jar" "$dir/spark/jars/"; done
    IFS=$old
    export SPARK_HOME="$dir/spark" SPARK_SCALA_VERSION=2.13 JAVA_HOME="$jdk" SPARK_LOCAL_IP=127.0.0.1
    run master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$port" --webui-port 0
    n=0
    while [ "$n" -lt "$workers" ]; do
        n=$((n + 1))
        run "worker-$n" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --webui-port 0 \
            --cores 1 --memory 1g --work-dir "$dir/work-$n" "spark://127.0.0.1:$port"
    done
    tries=0
    until [ "$(grep -c "Registering worker" "$dir/logs/master.log")" -ge "$workers" ]; do
        tries=$((tries + 1))
        if [ "$tries" -ge 120 ]; then
            end
            fail "the workers do not find their master; see $dir/logs"
        fi
        sleep 1
    done
    echo "spark://127.0.0.1:$port"
}

run() { # name, class, arguments
    name=$1
    shift
    "$JAVA_HOME/bin/java" -Xmx512m --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
        --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.nio=ALL-UNNAMED \
        --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/java.util=ALL-UNNAMED \
        -cp "$SPARK_HOME/jars/*" "$@" >"$dir/logs/$name.log" 2>&1 </dev/null &
    echo $! >"$dir/$name.pid"
}

end() {
    for file in "$dir"/worker-*.pid "$dir"/master.pid; do
        [ ! -f "$file" ] || kill "$(cat "$file")" 2>/dev/null || true
        rm -f "$file"
    done
}

case $what in
    start) start "${3:-2}" ;;
    stop) end ;;
    *) fail "'$what' is not one of start, stop" ;;
esac
