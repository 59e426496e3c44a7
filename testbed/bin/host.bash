# Sourced by libvirt-host and cluster-node: how a first process makes the machine look like a host of its own. Each function
# acts on the mount namespace that it runs in. $name is the host's name, $disk where its disk lies.
# shellcheck shell=bash
# shellcheck disable=SC2154  # name and disk are set by the script that sources this file

bind() { mkdir -p "$2" && mount --bind "$1" "$2"; }

# The rest of /etc and /var can be read as the machine has it; what is written stays on this host's disk.
own_etc_and_var() {
  local top
  mkdir -p "$disk"/overlay/{etc,var}/{upper,work}
  for top in etc var; do
    mount -t overlay -o "lowerdir=/$top,upperdir=$disk/overlay/$top/upper,workdir=$disk/overlay/$top/work" "$name" "/$top"
  done
}

own_libvirt() {
  mkdir -p "$disk"/{etc-libvirt/hooks,var-lib-libvirt,var-cache-libvirt,var-log-libvirt}
  install -d -m 700 "$disk/tpm-keeper"
  install -d -o tss -g root -m 750 "$disk/swtpm-localca" # swtpm's user makes its CA here, or a VM's first start fails
  bind "$disk/etc-libvirt" /etc/libvirt
  bind "$disk/var-lib-libvirt" /var/lib/libvirt
  bind "$disk/var-cache-libvirt" /var/cache/libvirt
  bind "$disk/var-log-libvirt" /var/log/libvirt
  bind "$disk/tpm-keeper" /var/lib/tpm-keeper
  bind "$disk/swtpm-localca" /var/lib/swtpm-localca
}

# own_identity ADDRESS [DAEMON]: host name, its address in /etc/hosts, machine id, libvirt's host id, and which of its daemons is
# configured: libvirtd or virtqemud.
own_identity() {
  [ -e "$disk/host-uuid" ] || cat /proc/sys/kernel/random/uuid >"$disk/host-uuid"
  hostname "$name"
  echo "$name" >/etc/hostname
  printf '127.0.0.1 localhost\n%s %s\n' "$1" "$name" >/etc/hosts
  tr -d - <"$disk/host-uuid" >/etc/machine-id
  cat >"/etc/libvirt/${2-libvirtd}.conf" <<EOF
host_uuid = "$(cat "$disk/host-uuid")"
auth_unix_rw = "none"
unix_sock_rw_perms = "0770"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
EOF
  # No control groups and no security labels: the first are the kubelet's where there is one, the second have no namespace.
  cat >/etc/libvirt/qemu.conf <<EOF
user = "root"
group = "root"
cgroup_controllers = []
security_driver = "none"
EOF
}

# own_run [VISIBLE]: an empty /run, as after a boot, and in it at most that directory of the machine's, at the same path.
# shellcheck disable=SC2120  # a node shows none
own_run() {
  mkdir -p "$disk/run"
  find "$disk/run" -xdev -mindepth 1 -delete
  mkdir -p "$disk/run/lock"
  [ $# -eq 0 ] || bind "$1" "$disk/run/${1#/run/}"
  mount --rbind "$disk/run" /run
  cd /
}

start_libvirt() {
  virtlogd --daemon --pid-file /run/virtlogd.pid
  "$TESTBED/bin/start-libvirtd"
}

# As process 1 this shell adopts what daemons leave (QEMU and swtpm, containers) and reaps it: libvirt waits until a process that it
# killed is gone.
reap_for_ever() {
  sleep infinity &
  while :; do wait; done
}
