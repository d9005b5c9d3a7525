#!/usr/bin/env bash
# Replays page traces together on a real kernel in an emulated machine: each in a cgroup of its own, below one whose limit
# they share, and in turns. Appends a row for each run to a table that `gleaner validate together` reads.
set -euo pipefail
usage='usage: together.sh TRACE.u32[.xz|.zst] TRACE... --mem-pages N[,N]... --csv TABLE [--kernel 6.1|6.12|6.18|7.2]
       [--mode classic|mglru|mglru1|mglru3[,...]] [--kind anon|shm|kvm|kvmshm] [--turn ACCESSES] [--boots N]
       [--high N,N...] [--low N,N...] [--max N,N...]'
fail() {
    echo "together.sh: $1" >&2
    exit 2
}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${GLEANER_KERNELS:-$HOME/.cache/gleaner-kernels}
traces=()
while [ $# -gt 0 ] && [[ $1 != --* ]]; do
    [ -f "$1" ] || fail "$1: no such file"
    traces+=("$1")
    shift
done
[ ${#traces[@]} -gt 1 ] || fail "$usage"
pages='' kernel=6.12 modes=mglru kind=anon turn=512 boots=3 table='' high='' low='' max=''
while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || fail "$1: no value, or no such option; $usage"
    case $1 in
        --mem-pages) pages=$2 ;;
        --kernel) kernel=$2 ;;
        --mode) modes=$2 ;;
        --kind) kind=$2 ;;
        --turn) turn=$2 ;;
        --boots) boots=$2 ;;
        --csv) table=$2 ;;
        --high) high=$2 ;;
        --low) low=$2 ;;
        --max) max=$2 ;;
        *) fail "$1: no such option; $usage" ;;
    esac
    shift 2
done
none=$(printf '0,%.0s' "${traces[@]}")
high=${high:-${none%,}} low=${low:-${none%,}} max=${max:-${none%,}}
[[ $pages =~ ^[1-9][0-9]*(,[1-9][0-9]*)*$ ]] || fail "--mem-pages: give limits in pages of 4 KiB"
[[ $modes =~ ^(classic|mglru[13]?)(,(classic|mglru[13]?))*$ ]] || fail "--mode $modes: give classic, mglru, mglru1 or mglru3"
case $kind in anon | shm | kvm | kvmshm) ;; *) fail "--kind $kind: give anon, shm, kvm or kvmshm" ;; esac
[[ $turn =~ ^[1-9][0-9]*$ && $boots =~ ^[1-9][0-9]*$ ]] || fail "--turn, --boots: give numbers"
for list in "$high" "$low" "$max"; do
    [[ $list =~ ^[0-9]+(,[0-9]+)*$ && $(tr -dc , <<<"$list" | wc -c) -eq $((${#traces[@]} - 1)) ]] ||
        fail "--high, --low, --max: give pages of 4 KiB for each trace, 0 for none"
done
[ -n "$table" ] || fail "--csv: give a table"
[ -f "$home/$kernel/guest.cpio" ] || fail "kernel $kernel is not set up; run $here/setup.sh $kernel"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root/traces"
names=()
for trace in "${traces[@]}"; do
    name=$(basename "$trace")
    name=${name%.u32*}
    names+=("$name")
    case $trace in
        *.u32) cp "$trace" "$work/root/traces/$name" ;;
        *.u32.xz) xz -dc "$trace" >"$work/root/traces/$name" ;;
        *.u32.zst) zstd -qdc "$trace" >"$work/root/traces/$name" ;;
        *) fail "$trace: give a file ending in .u32, .u32.xz or .u32.zst" ;;
    esac
done
for each in ${pages//,/ }; do
    for mode in ${modes//,/ }; do echo "together $each $mode $kind $turn $high $low $max ${names[*]}"; done
done >"$work/root/jobs"
(cd "$work/root" && find . | cpio -o -H newc --quiet) | cat "$home/$kernel/guest.cpio" - >"$work/initrd"
for boot in $(seq "$boots"); do
    timeout "${GLEANER_TIMEOUT:-1800}" qemu-system-x86_64 -accel tcg,tb-size=256 -cpu max -smp 1 -m 3G -nodefaults -no-reboot \
        -display none -serial "file:$work/console" -kernel "$home/$kernel/vmlinuz" -initrd "$work/initrd" \
        -append "console=ttyS0 quiet nokaslr mitigations=off no5lvl panic=-1" || true
    python3 "$here/src/together.py" "$table" "$work/root/jobs" "$work/console" "$kernel" "$boot"
done
