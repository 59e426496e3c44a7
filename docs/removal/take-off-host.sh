#!/bin/bash
# take-off-host.sh [--check]: takes TPM Keeper off this host, as root, with every virtual machine bootable afterwards. Its agent must be
# gone already, or it installs the hook again. Changes nothing unless all of it can be done; what it says then is what to do first.
# --check: only says whether it would. Paths are those of a host that was not set up otherwise.
# What the host directory holds is moved to removed.<time> in it (it may be a file system of its own, which cannot be renamed), since it
# may be the last copy of a state. Remove that later.
set -u -o pipefail
hosts=/var/lib/tpm-keeper run=/run/tpm-keeper hook=/etc/libvirt/hooks/qemu.d/50-tpm-keeper
status=0
problem() { echo "take-off-host: $*" >&2; status=1; }
field() { sed -n "s/^$1 //p" "$2" 2>/dev/null; }
named() { [ ! -f "$2" ] || echo "$1 $(stat -c %s "$2") $(sha256sum <"$2" | cut -d' ' -f1)"; }

[ "$(id -u)" = 0 ] || { problem 'only root may do this'; exit 1; }
# A Java program of that name: the agent, in whatever container.
for process in /proc/[0-9]*; do
  if tr '\0' '\n' 2>/dev/null <"$process/cmdline" | grep -qs '/tpm-keeper-agent\.jar$'; then
    problem "the agent runs (process ${process#/proc/}) and would install the hook again: uninstall the chart, or let agent.nodeSelector leave this node out"
  fi
done
for file in "$run"/held/* "$hosts"/journal/*; do
  [ ! -f "$file" ] || problem "$file: a stop or a start is half-way; let the stop end, start that virtual machine once"
done
if ! inactive=$(virsh --connect qemu:///system list --all --inactive --uuid); then
  problem 'libvirt does not answer, so nobody knows which virtual machines are off'
fi
# What is off starts, from here on, from the files that lie where libvirt looks for them.
for uuid in $inactive; do
  if ! grep -qsx 'line Held' "$hosts/vm/$uuid" || grep -qx 'tip none' "$hosts/vm/$uuid"; then continue; fi
  tpm=$(field tpm "$hosts/domain/$uuid") nvram=$(field nvram "$hosts/domain/$uuid")
  live=$({ named tpm2/tpm2-00.permall "$tpm/tpm2-00.permall"; named vars "$nvram"; } | sha256sum | cut -d' ' -f1)
  [ "$live" = "$(field tip "$hosts/vm/$uuid")" ] ||
    problem "$uuid: its newest state does not lie where libvirt looks for it, but here: $(field at "$hosts/vm/$uuid"). Start it once, or put the files in place by hand"
done
[ $status = 0 ] || exit 1
[ "${1-}" != --check ] || { echo 'TPM Keeper can be taken off this host'; exit 0; }

# In this order: with the hook there and the host directory gone, starts are refused.
rm -f "$hook" || exit 1
rmdir "${hook%/*}" 2>/dev/null # if nobody else has a hook there
removed=$hosts/removed.$(date +%s)
if find "$hosts" -mindepth 1 -maxdepth 1 ! -name 'removed.*' 2>/dev/null | grep -q .; then
  mkdir -m 0700 "$removed" || exit 1
  find "$hosts" -mindepth 1 -maxdepth 1 ! -name 'removed.*' -exec mv -t "$removed" {} + || exit 1
  echo "what was in $hosts is in $removed now"
fi
rm -rf "$run"
left=$(find /var/lib/libvirt \( -name .tpm-keeper-rescue -o -name '*.tpm-keeper-new' \) -print)
[ -z "$left" ] || printf 'look, then remove:\n%s\n' "$left"
echo 'TPM Keeper is off this host'
