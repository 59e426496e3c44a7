#!/bin/bash
# stop.bash HOOK RUNS: how long a stop waits for the hook, how long `cp -a` and `sync` of the same files take, and how long the least
# takes that sh can do, in turns. Prints "hook MICROSECONDS", "peer MICROSECONDS" and "least MICROSECONDS". Everything lies on one filesystem; what the guest wrote is on disk already.
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
# A lock, the files read without following a link, their names by SHA-256, the entry durable, then the host file durable: a stop
# cannot be made safe with fewer programs. It judges nothing, reads nothing twice, and knows of no failure.
cat >"$base/least" <<'END'
#!/bin/sh
set -eu
cd "$1"
exec 9<"$1"
flock 9
mkdir new new/tpm2
dd if="$2" of=new/tpm2/tpm2-00.permall bs=1048576 iflag=nofollow status=none
dd if="$3" of=new/vars bs=1048576 iflag=nofollow status=none
sums=$(exec sha256sum new/tpm2/tpm2-00.permall new/vars)
state=$(exec sha256sum <<EOF
$sums
EOF
)
sync new/tpm2/tpm2-00.permall new/vars new/tpm2 new
mv -T new 1
printf 'tip %s\n' "$state" >vm.new
sync vm.new .
mv -T vm.new vm
sync .
END
chmod +x "$base/least"
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
  for turn in $((i % 3)) $(((i + 1) % 3)) $(((i + 2) % 3)); do
    sync
    if [ "$turn" = 0 ]; then
      began=$EPOCHREALTIME
      "$hook" $name stopped end - <<<"$xml"
      ended=$EPOCHREALTIME
      echo "hook $((${ended/./} - ${began/./}))"
    elif [ "$turn" = 1 ]; then
      mkdir "$base/least.d"
      began=$EPOCHREALTIME
      "$base/least" "$base/least.d" "$tpm/tpm2-00.permall" "$nvram"
      ended=$EPOCHREALTIME
      echo "least $((${ended/./} - ${began/./}))"
      rm -rf "$base/least.d"
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
