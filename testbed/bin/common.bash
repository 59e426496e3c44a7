# Sourced by the scripts beside it; what they all need to know, and nothing that acts.
# shellcheck shell=bash
# shellcheck disable=SC2034  # these are read by the scripts that source this file
TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CLONE=$(dirname "$TESTBED")
CACHE=${TPM_KEEPER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tpm-keeper}
# Where an enclosure keeps its run state: in a tmpfs of its own mount namespace, so the same path serves every clone.
GROUND=/run/tpm-keeper-ground

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
