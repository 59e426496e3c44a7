#!/bin/sh
# TPM Keeper's libvirt hook: starts a domain from its line's tip, or asks; captures what its run leaves.
# One installed file, /etc/libvirt/hooks/qemu.d/50-tpm-keeper, put together from the numbered parts beside this one, in order.
# Called by libvirtd as: <name> <operation> <sub-operation> <extra>, with the domain's XML on stdin. Needs POSIX sh, GNU
# coreutils and grep, util-linux' flock; no network, no libvirt call (libvirt waits for us: it would wait for ever).
# What it does is written in docs/host-layout.md; io.tpmkeeper.protocol.hook is the same thing as a model.
version=0.1.0
set -u
umask 077
LC_ALL=C
export LC_ALL

# libvirtd gives hooks an environment of its own, so only root can set these; tests do.
root=${TPM_KEEPER_ROOT:-/var/lib/tpm-keeper}
volatile=${TPM_KEEPER_RUN:-/run/tpm-keeper}
logs=${TPM_KEEPER_LIBVIRT_LOG:-/var/log/libvirt/qemu}
swtpm=${TPM_KEEPER_SWTPM:-/var/lib/libvirt/swtpm}

# swtpm itself allows a TPM state no more than this; the largest NVRAM known is that of AArch64 firmware.
tpm_limit=524288
vars_limit=67108864
xml_limit=4194304

newline='
'

# Tools are called by absolute path: busybox' shell would otherwise take its own dd, which knows no O_NOFOLLOW.
run() {
    tool=$1
    shift
    if [ -x "/usr/bin/$tool" ]; then "/usr/bin/$tool" "$@"; else "/bin/$tool" "$@"; fi
}

# The same for $(…): the subshell becomes the tool, which saves a fork.
become() {
    tool=$1
    shift
    if [ -x "/usr/bin/$tool" ]; then exec "/usr/bin/$tool" "$@"; else exec "/bin/$tool" "$@"; fi
}

say() {
    printf 'tpm-keeper: %s\n' "$*" >&2
}

# Seconds since boot: a clock that nobody sets, read without a fork.
uptime_now() {
    read -r uptime_seconds _ </proc/uptime
    uptime_seconds=${uptime_seconds%%.*}
}

# A wide name for one host's one boot.
boot_now() {
    read -r boot </proc/sys/kernel/random/boot_id
}

now() {
    clock=$(become date +%s)
}
