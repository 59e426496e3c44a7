# Sourced by the scripts beside it; what they all need to know, and nothing that acts.
# shellcheck shell=bash
# shellcheck disable=SC2034  # these are read by the scripts that source this file
TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CLONE=$(dirname "$TESTBED")
CACHE=${TPM_KEEPER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tpm-keeper}
# Where an enclosure keeps its run state: in a tmpfs of its own mount namespace, so the same path serves every clone.
GROUND=/run/tpm-keeper-ground
# A Go older than a go.mod asks for fetches that version by itself, unless its own go.env says "local", as some packages of Go have it.
# What a person's environment says stands.
export GOTOOLCHAIN=${GOTOOLCHAIN-auto}

began=$(date +%s%N)
# "   3.4 s  what happens": seconds since the script began.
step() { local ms=$((($(date +%s%N) - began) / 1000000)); printf '%5d.%d s  %s\n' $((ms / 1000)) $((ms % 1000 / 100)) "$*" >&2; }
fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Prints the home of a JDK 25 or newer: JAVA_HOME, then whatever Debian or a person put into /usr/lib/jvm.
find_jdk() {
  local home version
  for home in ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/*; do
    [ -x "$home/bin/javac" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null)
    [ "${version:-0}" -lt 25 ] || { echo "$home"; return; }
  done
  return 1
}

# Maven on that JDK (the format check needs it).
maven() {
  JAVA_HOME=$(find_jdk) MAVEN_OPTS="${MAVEN_OPTS-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
    mvn -B -ntp -Dstyle.color=never "$@"
}
export -f find_jdk maven

# The lingering enclosure of this clone: its process, the time when that began (a pid alone may have been given to somebody
# else since) and the boot that both belong to.
ENCLOSURE=$CLONE/.testbed/enclosure
identity() { # identity PID: fails if there is no such process
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) }
  [ "${stat%% *}" != Z ] || return 1
  echo "$1 $(cut -d' ' -f20 <<<"$stat") $(cat /proc/sys/kernel/random/boot_id)"
}
# Prints the pid of this clone's enclosure (its enclose script), if it lives.
enclosure() {
  local pid
  read -r pid _ 2>/dev/null <"$ENCLOSURE" && [ "$(identity "$pid")" = "$(cat "$ENCLOSURE")" ] && echo "$pid"
}
# Prints the pid of its first inner process.
enclosure_init() {
  local outer
  outer=$(enclosure) && outer=$(pgrep -P "$outer" -x unshare) && pgrep -P "$outer"
}
