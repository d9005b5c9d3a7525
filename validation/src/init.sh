#!/bin/busybox sh
# /init of the guest: runs each line of /jobs, and prints a RESULT line for each repetition.
# A line: TRACE MEM_PAGES MODE KIND SWAP PAGE_CLUSTER AGE_EVERY REPS BESIDE LOW THP
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

# One cgroup for the trace and one for an idle program, under the limit of both.
neighbour() {
    echo +memory >/cg/t/cgroup.subtree_control
    echo $((pages * 4096)) >/cg/t/memory.max
    mkdir /cg/t/idle /cg/t/busy
    busy=/cg/t/busy
    echo $((low * 4096)) >/cg/t/idle/memory.low
    rm -f /tmp/occupied
    occupy /cg/t/idle "$beside" /tmp/occupied &
    neighbour=$!
    while [ ! -e /tmp/occupied ]; do sleep 0.1; done
    sleep 3 # until the statistics are fresh
}

while read -r trace pages mode kind device cluster age reps beside low THP; do
    case $mode in classic) bits=0 ;; mglru) bits=7 ;; mglru[1-7]) bits=${mode#mglru} ;; esac
    case $kind in
        kvm*)
            program=/bin/kvmreplay
            [ -e /dev/kvm ] || for module in $(cat /modules/kvm); do insmod "/modules/$module"; done
            ;;
        *) program=/bin/replay ;;
    esac
    case $kind in anon | kvm) backing=anon ;; shm | kvmshm) backing=shm ;; esac
    rep=0
    while [ $rep -lt "$reps" ]; do
        echo $bits >/sys/kernel/mm/lru_gen/enabled
        echo "$cluster" >/proc/sys/vm/page-cluster
        echo "$THP" >$huge/enabled
        export THP
        swap_on "$device"
        mkdir /cg/t
        busy=/cg/t
        echo 3 >/proc/sys/vm/drop_caches
        [ "$beside" = 0 ] || neighbour
        echo "RESULT $rep $($program "/traces/$trace" $busy "$pages" $backing "$age")"
        dmesg -c | grep -i 'out of memory'
        if [ "$beside" != 0 ]; then
            echo "BESIDE $rep $(tr '\n' ' ' </cg/t/idle/memory.stat)"
            kill $neighbour
            wait $neighbour 2>/dev/null
        fi
        sleep 0.2
        [ "$beside" = 0 ] || rmdir /cg/t/idle /cg/t/busy
        rmdir /cg/t
        swapoff $swap
        rep=$((rep + 1))
    done
done </jobs
echo ALL-DONE
poweroff -f
