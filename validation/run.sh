#!/usr/bin/env bash
# Replays a page trace on a real kernel in an emulated machine. Prints a line of JSON for each repetition, or with
# --csv appends a row for each to a table that `gleaner validate reclaim` reads.
set -euo pipefail
usage='usage: run.sh TRACE.u32[.xz|.zst] --mem-pages N [--kernel 6.1|6.12|6.18|7.2] [--mode classic|mglru|mglru1|mglru3]
       [--kind anon|shm|kvm|kvmshm] [--swap zram|disk] [--page-cluster K] [--age-every N] [--reps N] [--csv TABLE]
       [--beside PAGES [--low PAGES] [--pressure limit|host]] [--thp never|always] [--switch ACCESSES:TEXT[,ACCESSES:TEXT]...]'
fail() {
    echo "run.sh: $1" >&2
    exit 2
}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${GLEANER_KERNELS:-$HOME/.cache/gleaner-kernels}
[ $# -gt 0 ] || fail "$usage"
trace=$1
shift
pages='' kernel=6.12 mode=mglru kind=anon swap=zram cluster=0 age=0 reps=3 table='' beside=0 low=0 thp=never pressure=limit switch=''
while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || fail "$1: no value, or no such option; $usage"
    case $1 in
        --mem-pages) pages=$2 ;;
        --kernel) kernel=$2 ;;
        --mode) mode=$2 ;;
        --kind) kind=$2 ;;
        --swap) swap=$2 ;;
        --page-cluster) cluster=$2 ;;
        --age-every) age=$2 ;;
        --reps) reps=$2 ;;
        --csv) table=$2 ;;
        --beside) beside=$2 ;;
        --low) low=$2 ;;
        --thp) thp=$2 ;;
        --pressure) pressure=$2 ;;
        --switch) switch=$2 ;;
        *) fail "$1: no such option; $usage" ;;
    esac
    shift 2
done
[[ $pages =~ ^[1-9][0-9]*$ ]] || fail "--mem-pages: give the limit in pages of 4 KiB"
case $mode in classic | mglru | mglru[13]) ;; *) fail "--mode $mode: give classic, mglru, mglru1 or mglru3" ;; esac
case $kind in anon | shm | kvm | kvmshm) ;; *) fail "--kind $kind: give anon, shm, kvm or kvmshm" ;; esac
case $swap in zram | disk) ;; *) fail "--swap $swap: give zram or disk" ;; esac
case $thp in never | always) ;; *) fail "--thp $thp: give never or always" ;; esac
case $pressure in limit) machine=3G ;; host) machine=512M ;; *) fail "--pressure $pressure: give limit or host" ;; esac
[ "$pressure" = limit ] || [ "$beside" != 0 ] || fail "--pressure host: give --beside too"
[[ $beside =~ ^[0-9]+$ && $low =~ ^[0-9]+$ ]] || fail "--beside, --low: give pages of 4 KiB"
[[ -z $switch || $switch =~ ^[0-9]+:[0-9a-fA-FxnyNY]+(,[0-9]+:[0-9a-fA-FxnyNY]+)*$ ]] || fail "--switch: give ACCESSES:TEXT, such as 200000:n,400000:y"
[ "$beside$switch" = 0 ] || [ -z "$table" ] || fail "--csv: a table has no place for --beside and --switch; leave it out"
[ -f "$trace" ] || fail "$trace: no such file"
[ -f "$home/$kernel/guest.cpio" ] || fail "kernel $kernel is not set up; run $here/setup.sh $kernel"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root/traces"
case $trace in
    *.u32) cp "$trace" "$work/root/traces/trace" ;;
    *.u32.xz) xz -dc "$trace" >"$work/root/traces/trace" ;;
    *.u32.zst) zstd -qdc "$trace" >"$work/root/traces/trace" ;;
    *) fail "$trace: give a file ending in .u32, .u32.xz or .u32.zst" ;;
esac
name=$(basename "$trace")
name=${name%.u32*}
echo "trace $pages $mode $kind $swap $cluster $age $reps $beside $low $thp $pressure $switch" >"$work/root/jobs"
(cd "$work/root" && find . | cpio -o -H newc --quiet) | cat "$home/$kernel/guest.cpio" - >"$work/initrd"
truncate -s 2G "$work/swap"
timeout "${GLEANER_TIMEOUT:-1800}" qemu-system-x86_64 -accel tcg,tb-size=256 -cpu max -smp 1 -m $machine -nodefaults -no-reboot \
    -display none -serial "file:$work/console" -kernel "$home/$kernel/vmlinuz" -initrd "$work/initrd" \
    -drive "file=$work/swap,if=virtio,format=raw,cache=unsafe,discard=unmap" \
    -append "console=ttyS0 quiet nokaslr mitigations=off no5lvl panic=-1" || true
python3 "$here/src/console.py" ${table:+--csv "$table"} "$work/console" "kernel=$kernel" "trace=$name" "mode=$mode" \
    "kind=$kind" "swap=$swap" "page_cluster=$cluster" "age_every=$age" "thp=$thp"
