#!/usr/bin/env bash
# Installs QEMU, cross compilers and Debian's kernels of other architectures, and builds a small guest for each:
#   setup.sh [ARCH-KERNEL]...      arm64-6.1 arm64-6.12 arm64-16k-6.12 arm64-6.18 arm64-7.2 riscv64-6.12 ppc64le-6.12
#                                  ppc64le-64k-6.12 x86_64-6.12 x86_64-6.18; or qemu-10, for riscv64 without Svadu
# For Debian 12, as root. Everything it makes goes to $GLEANER_ARCH (~/.cache/gleaner-arch).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${GLEANER_ARCH:-$HOME/.cache/gleaner-arch}
[ $# -gt 0 ] || set -- arm64-6.1 arm64-6.12
home=$(mkdir -p "$home/debs" && cd "$home" && pwd)
archive=$(grep -hm1 '^URIs:' /etc/apt/sources.list.d/*.sources | awk '{print $2}')

# An index of each architecture's packages apart from the machine's own, which is for amd64 and one release only.
index() { # DEBIAN-ARCHITECTURE
    local at=$home/apt/$1 suite
    export APT_CONFIG=$at/apt.conf
    [ ! -f "$at/done" ] || return 0
    mkdir -p "$at"/{lists/partial,cache/archives/partial,etc}
    : >"$at/status"
    printf 'APT::Architecture "%s"; APT::Architectures { "%s"; }; APT::Sandbox::User "root";\n' "$1" "$1" >"$at/apt.conf"
    printf 'Dir::State::Lists "%s"; Dir::State::status "%s"; Dir::Cache "%s"; Dir::Etc::SourceList "%s"; Dir::Etc::SourceParts "-";\n' \
        "$at/lists" "$at/status" "$at/cache" "$at/etc/sources.list" >>"$at/apt.conf"
    for suite in bookworm bookworm-backports trixie trixie-backports; do
        case $1$suite in riscv64bookworm* | riscv64*backports) continue ;; esac
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $suite main"
    done >"$at/etc/sources.list"
    apt-get update -qq
    touch "$at/done"
}

# pick DEBIAN-ARCHITECTURE PACKAGE PATTERN: the package that results.csv was made with, from this release or the next, or the
# newest like it where the archive has neither any more.
pick() {
    local wanted other
    index "$1"
    export APT_CONFIG=$home/apt/$1/apt.conf
    for wanted in "$2" "${2/deb12/deb13}"; do
        if apt-cache show "$wanted" >/dev/null 2>&1; then
            echo "$wanted"
            return
        fi
    done
    other=$(apt-cache search --names-only "$3" | awk '{print $1}' | sort -V | tail -1)
    [ -n "$other" ] || { echo "setup.sh: the archive has no $2 and nothing like it" >&2; exit 1; }
    echo "setup.sh: the archive has no $2 any more, taking $other: its counts may differ from results.csv" >&2
    echo "$other"
}

# packages KERNEL DEBIAN-ARCHITECTURE: those that the kernel comes in.
packages() {
    local flavour
    case $1 in
        *-16k-*) flavour=$2-16k ;;
        ppc64le-64k-*) flavour=powerpc64le-64k ;;
        ppc64le-*) flavour=powerpc64le ;;
        riscv64-*) flavour=riscv64 ;;
        *) flavour=cloud-$2 ;;
    esac
    case $1 in
        arm64-6.1) pick $2 "linux-image-6.1.0-56-$flavour" "^linux-image-6\\.1\\.0-[0-9]+-$flavour\$" ;;
        arm64-*6.12 | x86_64-6.12)
            pick $2 "linux-image-6.12.107+deb12-$flavour-unsigned" "^linux-image-6\\.12\\..*-$flavour-unsigned\$"
            ;;
        riscv64-6.12 | ppc64le-*6.12)
            pick $2 "linux-image-6.12.107+deb13-$flavour" "^linux-image-6\\.12\\..*-$flavour\$"
            ;;
        arm64-6.18 | x86_64-6.18) pick $2 "linux-image-6.18.15+deb13-$flavour" "^linux-image-6\\.18\\..*-$flavour\$" ;;
        arm64-7.2)
            pick $2 "linux-binary-7.2.12+deb13-$flavour" "^linux-binary-7\\.2\\..*-$flavour\$"
            pick $2 "linux-modules-7.2.12+deb13-$flavour" "^linux-modules-7\\.2\\..*-$flavour\$"
            ;;
        *)
            echo "setup.sh: no such kernel: $1; they are named in README.md" >&2
            exit 2
            ;;
    esac
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

apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    qemu-system-arm qemu-system-misc qemu-system-ppc qemu-system-x86 opensbi cpio kmod xz-utils python3 gcc libc6-dev \
    gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-riscv64-linux-gnu libc6-dev-riscv64-cross \
    gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross zstd >/dev/null

for kernel in "$@"; do
    if [ "$kernel" = qemu-10 ]; then # beside Debian 12's own 7.2, which always updates A and D in hardware
        for package in qemu-system-riscv qemu-system-common qemu-system-data; do
            (index amd64 && cd "$home/debs" && apt-get download -qq "$package/bookworm-backports" &&
                dpkg -x "$(ls -t "${package}"_*.deb | head -1)" "$home/qemu-10")
        done
        continue
    fi
    kvm=
    case $kernel in
        arm64-*) deb=arm64 gnu=aarch64 ;;
        riscv64-*) deb=riscv64 gnu=riscv64 kvm=kvm ;;
        ppc64le-*) deb=ppc64el gnu=powerpc64le kvm=kvm-hv ;;
        x86_64-*) deb=amd64 gnu=x86_64 kvm=kvm-amd ;;
        *)
            echo "setup.sh: no such kernel: $kernel; they are named in README.md" >&2
            exit 2
            ;;
    esac
    packages=$(packages "$kernel" "$deb")
    root=$home/$kernel/root guest=$home/$kernel/guest
    rm -rf "${home:?}/$kernel"
    mkdir -p "$root" "$guest"/{bin,modules,proc,sys,dev,cg}
    for package in $packages busybox-static; do
        into=$root
        [ "$package" != busybox-static ] || into=$home/$kernel/busybox
        (index $deb && cd "$home/debs" && { ls "${package}"_*_$deb.deb >/dev/null 2>&1 || apt-get download -qq "$package"; } &&
            dpkg -x "$(ls -t "${package}"_*_$deb.deb | head -1)" "$into")
    done
    [ -d "$root/lib/modules" ] || { mkdir -p "$root/lib" && cp -r "$root/usr/lib/modules" "$root/lib/"; }
    version=$(basename "$root"/lib/modules/*)
    find "$root" \( -name 'vmlinu[xz]-*' -o -name 'vmlinu[xz]' \) -type f -exec cp {} "$home/$kernel/vmlinuz" \; -quit
    depmod -b "$root" "$version" 2>/dev/null
    find "$home/$kernel/busybox" -path '*/bin/busybox' -exec cp {} "$guest/bin/" \;
    for program in replay kvmreplay; do $gnu-linux-gnu-gcc -O2 -Wall -static -DCOUNT_EVENTS -o "$guest/bin/$program" "$here/../src/$program.c"; done
    install -m 755 "$here/src/init.sh" "$guest/init"
    modules base virtio_pci lzo-rle lzo lz4 zram
    modules kvm $kvm
    rm -rf "$root" # keep disk use low
    (cd "$guest" && find . | cpio -o -H newc --quiet) >"$home/$kernel/guest.cpio"
    echo "kernel $version is ready as $kernel"
done
