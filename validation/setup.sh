#!/usr/bin/env bash
# Installs QEMU and Debian's kernels, and builds a small guest for each: setup.sh [6.1] [6.12] [6.18] [7.2]
# For Debian 12, as root; about two minutes. Everything it makes goes to $GLEANER_KERNELS (~/.cache/gleaner-kernels).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${GLEANER_KERNELS:-$HOME/.cache/gleaner-kernels}
[ $# -gt 0 ] || set -- 6.1 6.12 6.18 7.2
mkdir -p "$home"/{debs,bin,apt/{lists/partial,cache/archives/partial,etc}}
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    qemu-system-x86 busybox-static cpio kmod xz-utils zstd gcc libc6-dev python3 >/dev/null
for program in replay kvmreplay occupy; do gcc -O2 -Wall -static -o "$home/bin/$program" "$here/src/$program.c"; done

# 6.18 and 7.2 come from the backports of the next release, of which only the index is read here.
archive=$(grep -hm1 '^URIs:' /etc/apt/sources.list.d/*.sources | awk '{print $2}')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive trixie-backports main" >"$home/apt/etc/sources.list"
backports=(-o Dir::State::Lists="$home/apt/lists" -o Dir::Cache="$home/apt/cache"
    -o Dir::Etc::SourceList="$home/apt/etc/sources.list" -o Dir::Etc::SourceParts=-)

# pick PACKAGE PATTERN [OPTION...]: the package that results.csv was made with, or the newest like it where the archive
# no longer has that one.
pick() {
    local wanted=$1 pattern=$2 other
    shift 2
    if apt-cache "$@" show "$wanted" >/dev/null 2>&1; then
        echo "$wanted"
        return
    fi
    other=$(apt-cache "$@" search --names-only "$pattern" | awk '{print $1}' | sort -V | tail -1)
    echo "setup.sh: the archive has no $wanted any more, taking $other: its counts may differ from results.csv" >&2
    echo "$other"
}

# modules LIST MODULE...: copies modules and what they need into the guest, and lists them in the order of loading.
modules() {
    local list=$1 module file name
    shift
    for module in "$@"; do
        modprobe -d "$root" -S "$version" --show-depends "$module" 2>/dev/null || true # it may be built in
    done | awk '/^insmod/ && !seen[$2]++ {print $2}' | while read -r file; do
        name=$(basename "${file%.xz}")
        case $file in *.xz) xz -dc "$file" >"$guest/modules/$name" ;; *) cp "$file" "$guest/modules/$name" ;; esac
        echo "$name"
    done >"$guest/modules/$list"
}

for kernel in "$@"; do
    from=()
    case $kernel in
        6.1) packages=$(pick linux-image-6.1.0-56-cloud-amd64 '^linux-image-6\.1\.0-[0-9]+-cloud-amd64$') ;;
        6.12) packages=$(pick linux-image-6.12.107+deb12-cloud-amd64-unsigned '^linux-image-6\.12\..*cloud-amd64-unsigned$') ;;
        6.18 | 7.2)
            from=("${backports[@]}")
            apt-get "${from[@]}" update -qq
            ;;&
        6.18) packages=$(pick linux-image-6.18.15+deb13-cloud-amd64 '^linux-image-6\.18\..*cloud-amd64$' "${from[@]}") ;;
        7.2)
            packages=$(pick linux-binary-7.2.12+deb13-cloud-amd64 '^linux-binary-7\.2\..*cloud-amd64$' "${from[@]}")
            packages+=" $(pick linux-modules-7.2.12+deb13-cloud-amd64 '^linux-modules-7\.2\..*cloud-amd64$' "${from[@]}")"
            ;;
        *)
            echo "setup.sh: no such kernel: $kernel; give 6.1, 6.12, 6.18 or 7.2" >&2
            exit 2
            ;;
    esac
    root=$home/$kernel/root guest=$home/$kernel/guest
    rm -rf "$root" "$guest"
    mkdir -p "$root" "$guest"/{bin,modules,traces,proc,sys,dev,cg}
    for package in $packages; do
        (cd "$home/debs" && apt-get "${from[@]}" download -qq "$package" && dpkg -x "$(ls -t "${package}"_*.deb | head -1)" "$root")
    done
    [ -d "$root/lib/modules" ] || { mkdir -p "$root/lib" && cp -r "$root/usr/lib/modules" "$root/lib/"; }
    version=$(basename "$root"/lib/modules/*)
    find "$root" -name 'vmlinuz*' -type f -exec cp {} "$home/$kernel/vmlinuz" \; -quit
    depmod -b "$root" "$version" 2>/dev/null
    cp /bin/busybox "$home"/bin/{replay,kvmreplay,occupy} "$guest/bin/"
    install -m 755 "$here/src/init.sh" "$guest/init"
    modules base virtio_pci virtio_blk lzo-rle lzo zram
    modules kvm kvm-amd
    (cd "$guest" && find . | cpio -o -H newc --quiet) >"$home/$kernel/guest.cpio"
    echo "kernel $version is ready as $kernel"
done
