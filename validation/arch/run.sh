#!/usr/bin/env bash
# Replays a page trace on a real kernel of another architecture in an emulated machine. Prints what each repetition
# counted, and with --csv appends a row for each to a table.
set -euo pipefail
usage='usage: run.sh TRACE.u32[.xz|.zst] --mem-pages N [--kernel ARCH-KERNEL] [--cpu CPU] [--mode classic|mglru|mglru[1-7]]
       [--kind anon|shm|kvm|kvmshm] [--age-every N] [--reps N] [--flush] [--csv TABLE]
       [--append KERNEL-ARGUMENTS] [--kvm OPTIONS-OF-THE-MODULE] [--variant NAME] [--qemu DIRECTORY]'
fail() {
    echo "run.sh: $1" >&2
    exit 2
}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${GLEANER_ARCH:-$HOME/.cache/gleaner-arch}
[ $# -gt 0 ] || fail "$usage"
trace=$1
shift
pages='' kernel=arm64-6.12 cpu=max mode=mglru kind=anon age=0 reps=1 flush=0 append='' kvm='' variant='' table=/dev/null emulator=''
while [ $# -gt 0 ]; do
    if [ "$1" = --flush ]; then
        flush=1 variant=flush
        shift
        continue
    fi
    [ $# -gt 1 ] || fail "$1: no value, or no such option; $usage"
    case $1 in
        --mem-pages) pages=$2 ;;
        --kernel) kernel=$2 ;;
        --cpu) cpu=$2 ;;
        --mode) mode=$2 ;;
        --kind) kind=$2 ;;
        --age-every) age=$2 ;;
        --reps) reps=$2 ;;
        --append) append=$2 ;;
        --kvm) kvm=$2 ;;
        --variant) variant=$2 ;;
        --csv) table=$2 ;;
        --qemu) emulator=$2/ ;;
        *) fail "$1: no such option; $usage" ;;
    esac
    shift 2
done
[[ $pages =~ ^[1-9][0-9]*$ ]] || fail "--mem-pages: give the limit in pages of the kernel"
case $mode in classic | mglru | mglru[1-7]) ;; *) fail "--mode $mode: give classic, mglru, or mglru1 to mglru7" ;; esac
case $kind in anon | shm | kvm | kvmshm) ;; *) fail "--kind $kind: give anon, shm, kvm or kvmshm" ;; esac
[[ $age =~ ^[0-9]+$ && $reps =~ ^[1-9][0-9]*$ ]] || fail "--age-every, --reps: give numbers"
[ -f "$trace" ] || fail "$trace: no such file"
case $kernel in
    arm64-*) qemu=(qemu-system-aarch64 -M virt,virtualization=on,gic-version=3 -cpu "${cpu/#max/max,pauth-impdef=on}") console=ttyAMA0 arch=arm64 ;;
    riscv64-*) qemu=(qemu-system-riscv64 -M virt -cpu "$cpu") console=ttyS0 arch=riscv64 ;;
    ppc64le-*)
        qemu=(qemu-system-ppc64 -M pseries,cap-nested-hv=on,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off -cpu "$cpu")
        console=hvc0 arch=ppc64le
        ;;
    x86_64-*) qemu=(qemu-system-x86_64 -cpu "$cpu") console=ttyS0 arch=x86_64 ;;
    *) fail "--kernel $kernel: give a kernel that setup.sh knows, such as arm64-6.12" ;;
esac
[ -f "$home/$kernel/guest.cpio" ] || fail "kernel $kernel is not set up; run $here/setup.sh $kernel"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/root"
case $trace in
    *.u32) cp "$trace" "$work/root/trace" ;;
    *.u32.xz) xz -dc "$trace" >"$work/root/trace" ;;
    *.u32.zst) zstd -qdc "$trace" >"$work/root/trace" ;;
    *) fail "$trace: give a file ending in .u32, .u32.xz or .u32.zst" ;;
esac
name=$(basename "$trace")
name=${name%.u32*}
echo "$kvm" >"$work/root/kvm-options"
echo "$pages $mode $kind $age $reps $flush" >"$work/root/job"
(cd "$work/root" && find . | cpio -o -H newc --quiet) | cat "$home/$kernel/guest.cpio" - >"$work/initrd"
arguments="console=$console quiet nokaslr mitigations=off panic=-1 $append"
[ $arch != x86_64 ] || arguments+=' no5lvl'
qemu[0]=$emulator${qemu[0]}
timeout "${GLEANER_TIMEOUT:-1800}" "${qemu[@]}" -accel tcg,tb-size=256 -smp 1 -m 2G -nodefaults -no-reboot -display none \
    -serial "file:$work/console" -kernel "$home/$kernel/vmlinuz" -initrd "$work/initrd" -append "$arguments" || true
python3 "$here/src/console.py" "$table" "$work/console" "kernel=${kernel##*-}" "trace=$name" "mode=$mode" "kind=$kind" \
    "age_every=$age" "mem_pages=$pages" "arch=$arch" "cpu=$cpu" "variant=$variant"
