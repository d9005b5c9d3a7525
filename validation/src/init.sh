#!/bin/busybox sh
# /init of the guest: runs each line of /jobs, and prints a RESULT line for each repetition.
# A line: TRACE MEM_PAGES MODE KIND SWAP PAGE_CLUSTER AGE_EVERY REPS BESIDE LOW THP PRESSURE [SWITCH]
# or: together MEM_PAGES MODE KIND TURN HIGHS LOWS MAXES TRACE..., for which it prints a TOGETHER line for each trace.
/bin/busybox mkdir -p /bin /proc /sys /dev /cg /tmp
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mount -t debugfs debug /sys/kernel/debug
mount -t cgroup2 cgroup /cg
echo +memory >/cg/cgroup.subtree_control
for module in $(cat /modules/base); do insmod "/modules/$module" >/dev/null 2>&1 || echo "insmod $module failed"; done
huge=/sys/kernel/mm/transparent_hugepage
echo never >$huge/shmem_enabled
echo 0 >$huge/khugepaged/defrag
echo 100000000 >$huge/khugepaged/scan_sleep_millisecs # once, and then not again
echo 1 >/proc/sys/vm/overcommit_memory
echo 60 >/proc/sys/vm/swappiness
damon=/sys/module/damon_stat/parameters/enabled # clears accessed bits by itself where it is on
[ -e $damon ] && echo N >$damon
dmesg -n 1

swap_on() {
    case $1 in
        zram) echo 1 >/sys/block/zram0/reset; echo 2G >/sys/block/zram0/disksize; swap=/dev/zram0 ;;
        disk) swap=/dev/vda ;;
    esac
    mkswap $swap >/dev/null
    swapon $swap
}

# started CGROUP PAGES [lock]: a program that holds so many pages; returns when it does.
started() {
    rm -f /tmp/occupied
    occupy "$1" "$2" /tmp/occupied $3 &
    while [ ! -e /tmp/occupied ]; do sleep 0.1; done
}

# One cgroup for the trace and one for an idle program: under the limit of both, or right below the root of a machine of
# which a third program has locked all but so many pages.
neighbour() {
    if [ "$pressure" = host ]; then
        below=/cg
        started /cg $(($(sed -n 's/MemFree: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 4 - pages)) lock
        ballast=$!
    else
        below=/cg/t
        echo +memory >/cg/t/cgroup.subtree_control
        echo $((pages * 4096)) >/cg/t/memory.max
    fi
    idle=$below/idle
    busy=$below/busy
    mkdir $idle $busy
    echo $((low * 4096)) >$idle/memory.low
    started $idle "$beside"
    neighbour=$!
    sleep 3 # until the statistics are fresh
    while sleep 1; do echo "CURRENT $(cat $idle/memory.current) $(cat $busy/memory.current)"; done &
    sampler=$!
}

# What became of the idle one.
neighbours_end() {
    kill $sampler
    echo "BESIDE $rep $(cat $idle/memory.stat $idle/memory.events | tr '\n' ' ')"
    kill $neighbour $ballast
    wait $neighbour $ballast $sampler 2>/dev/null
    sleep 0.2
    rmdir $idle $busy
    ballast=
}

# What a mode and a kind mean: bits, program, backing.
mean() {
    case $1 in classic) bits=0 ;; mglru) bits=7 ;; mglru[1-7]) bits=${1#mglru} ;; esac
    case $2 in
        kvm*)
            program=/bin/kvmreplay
            [ -e /dev/kvm ] || for module in $(cat /modules/kvm); do insmod "/modules/$module"; done
            ;;
        *) program=/bin/replay ;;
    esac
    case $2 in anon | kvm) backing=anon ;; shm | kvmshm) backing=shm ;; esac
}

# Traces in cgroups below one that has the limit, in turns. HIGHS, LOWS and MAXES: of each in pages, 0 for none, commas between.
together() {
    pages=$1 mode=$2 kind=$3 turn=$4 highs=$5 lows=$6 maxes=$7
    shift 7
    mean $mode $kind
    echo $bits >/sys/kernel/mm/lru_gen/enabled
    echo 0 >/proc/sys/vm/page-cluster
    echo never >$huge/enabled
    export THP=never
    swap_on zram
    mkdir /cg/t
    echo +memory >/cg/t/cgroup.subtree_control
    echo $((pages * 4096)) >/cg/t/memory.max
    echo 3 >/proc/sys/vm/drop_caches
    head -c 4096 /dev/zero >/tmp/turns
    i=0
    for trace; do
        mkdir /cg/t/$i
        high=$(echo $highs | cut -d, -f$((i + 1))) low=$(echo $lows | cut -d, -f$((i + 1))) max=$(echo $maxes | cut -d, -f$((i + 1)))
        [ $high = 0 ] || echo $((high * 4096)) >/cg/t/$i/memory.high
        echo $((low * 4096)) >/cg/t/$i/memory.low
        [ $max != 0 ] || max=100000000
        TURNS=/tmp/turns,$i,$#,$turn $program /traces/$trace /cg/t/$i $max $backing 0 >/tmp/result.$i &
        i=$((i + 1))
    done
    wait
    dmesg -c | grep -i 'out of memory'
    i=0
    for trace; do
        echo "TOGETHER $job $i $(cat /cg/t/$i/memory.events | tr '\n' ' ')$(cat /tmp/result.$i)"
        rmdir /cg/t/$i
        i=$((i + 1))
    done
    echo "PARENT $job $(cat /cg/t/memory.current) $(cat /cg/t/memory.events | tr '\n' ' ')"
    rmdir /cg/t
    swapoff $swap
}

job=0
while read -r trace rest; do
    if [ "$trace" = together ]; then
        together $rest </dev/null
        job=$((job + 1))
        continue
    fi
    read -r pages mode kind device cluster age reps beside low THP pressure SWITCH <<END
$rest
END
    mean $mode $kind
    rep=0
    while [ $rep -lt "$reps" ]; do
        echo $bits >/sys/kernel/mm/lru_gen/enabled
        echo "$cluster" >/proc/sys/vm/page-cluster
        echo "$THP" >$huge/enabled
        export THP SWITCH
        swap_on "$device"
        mkdir /cg/t
        busy=/cg/t
        echo 3 >/proc/sys/vm/drop_caches
        [ "$beside" = 0 ] || neighbour
        limit=$pages
        [ "$pressure" = limit ] || limit=100000000
        echo "RESULT $rep $($program "/traces/$trace" $busy $limit $backing "$age")"
        dmesg -c | grep -i 'out of memory'
        [ "$beside" = 0 ] || neighbours_end
        sleep 0.2
        rmdir /cg/t
        swapoff $swap
        rep=$((rep + 1))
    done
done </jobs
echo ALL-DONE
poweroff -f
