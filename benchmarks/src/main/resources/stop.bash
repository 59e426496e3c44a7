#!/bin/bash
# stop.bash HOOK RUNS: how long a stop waits for the hook, and how long `cp -a` and `sync` of the same files take, in turns.
# Prints "hook MICROSECONDS" and "peer MICROSECONDS". Everything lies on one filesystem; what the guest wrote is on disk already.
set -e -o pipefail
hook=$1 runs=$2
uuid=$(cat /proc/sys/kernel/random/uuid) name=bench
base=/var/lib/tpm-keeper/bench
trap 'rm -rf "$base" /run/tpm-keeper-bench' EXIT
export TPM_KEEPER_ROOT=$base/root TPM_KEEPER_RUN=/run/tpm-keeper-bench TPM_KEEPER_LIBVIRT_LOG=$base/log
export TPM_KEEPER_SWTPM=$base/swtpm
tpm=$base/swtpm/$uuid/tpm2 nvram=$base/nvram/${name}_VARS.fd
mkdir -p "$TPM_KEEPER_ROOT"/{domain,vm} "$base"/{log,nvram,peer} "$tpm" "$TPM_KEEPER_RUN"
printf 'format 1\nname %s\ntpm %s\nnvram %s\nfirmware -\nend\n' $name "$tpm" "$nvram" >"$TPM_KEEPER_ROOT/domain/$uuid"
printf 'format 1\ncluster bench\n%s enforce\nend\n' "$uuid" >"$TPM_KEEPER_ROOT/index"
printf 'format 1\n%s\nend\n' 'record r
epoch 1
order o
line Held
how -
tip none
at -
seq 0
run 0
run-record -
run-epoch 0
run-boot -
run-kind -
run-from none
run-online no
run-started no
run-state -
run-how -
run-entry -
run-void no
run-opened 0' >"$TPM_KEEPER_ROOT/vm/$uuid"
xml="<domain type='kvm'>
  <name>$name</name>
  <uuid>$uuid</uuid>
</domain>"

for ((i = 0; i < runs; i++)); do
  "$hook" $name prepare begin - <<<"$xml"
  # A TPM and an NVRAM of their usual sizes, as a run leaves them: swtpm renames, QEMU writes in place.
  mkdir -p "$tpm"
  head -c 5062 /dev/urandom >"$tpm/new"
  mv "$tpm/new" "$tpm/tpm2-00.permall"
  dd if=/dev/urandom of="$nvram" bs=540672 count=1 conv=notrunc iflag=fullblock status=none
  "$hook" $name started begin - <<<"$xml"
  # libvirt's own word for how the run ended, stamped a second ahead: whole seconds are compared.
  date -u -d '+1 second' '+%F %T.000+0000: shutting down, reason=shutdown' >"$TPM_KEEPER_LIBVIRT_LOG/$name.log"
  for turn in $((i % 2)) $(((i + 1) % 2)); do
    sync
    if [ "$turn" = 0 ]; then
      began=$EPOCHREALTIME
      "$hook" $name stopped end - <<<"$xml"
      ended=$EPOCHREALTIME
      echo "hook $((${ended/./} - ${began/./}))"
    else
      began=$EPOCHREALTIME
      cp -a "$tpm" "$nvram" "$base/peer"
      sync "$base/peer/tpm2/tpm2-00.permall" "$base/peer/${name}_VARS.fd"
      ended=$EPOCHREALTIME
      echo "peer $((${ended/./} - ${began/./}))"
      rm -rf "$base"/peer/*
    fi
  done
  tip=$(sed -n 's/^at entry://p' "$TPM_KEEPER_ROOT/vm/$uuid")
  [ -n "$tip" ] || { echo 'the stop was not captured' >&2; exit 1; }
  find "$TPM_KEEPER_ROOT/spool/$uuid" -mindepth 1 -maxdepth 1 ! -name "$tip" -exec rm -r {} +
done
