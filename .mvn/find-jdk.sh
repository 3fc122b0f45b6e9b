#!/bin/sh
# Prints the home of the JDK (21 or newer) to build and run with; exit 2 when there is none. With the
# argument "java" a runtime without a compiler is enough.
#
# JAVA_HOME wins when it is good enough. Otherwise the newest long-term release found on PATH and
# in the usual folders is taken, or the newest of any kind when there is no long-term one.
set -eu

MINIMUM=21
needed=${1:-javac}
best='' best_rank=0

# The feature number of the JDK in $1 (25 for 25.0.1), or nothing when it is not one.
feature_of() {
  [ -x "$1/bin/$needed" ] && [ -x "$1/bin/java" ] || return 0
  version=''
  if [ -r "$1/release" ]; then
    while IFS='=' read -r key value; do
      [ "$key" != JAVA_VERSION ] || version=$value
    done <"$1/release"
  fi
  [ -n "$version" ] || version=$("$1/bin/java" -version 2>&1) || return 0
  version=${version#*\"}
  version=${version%%[!0-9]*}
  printf %s "$version"
}

# Long-term releases come every second year: 21, 25, 29. They rank above all others.
consider() {
  feature=$(feature_of "$1")
  [ -n "$feature" ] && [ "$feature" -ge "$MINIMUM" ] || return 0
  rank=$feature
  [ $(((feature - MINIMUM) % 4)) -ne 0 ] || rank=$((feature + 1000))
  if [ "$rank" -gt "$best_rank" ]; then
    best=$1 best_rank=$rank
  fi
}

if [ -n "${JAVA_HOME:-}" ]; then
  consider "$JAVA_HOME"
  [ -z "$best" ] || {
    printf '%s\n' "$best"
    exit 0
  }
fi

program=$(command -v "$needed" || true)
while [ -n "$program" ] && [ -L "$program" ]; do
  target=$(readlink "$program")
  case $target in
  /*) program=$target ;;
  *) program=${program%/*}/$target ;;
  esac
done
[ -z "$program" ] || consider "${program%/bin/"$needed"}"

for home in /usr/lib/jvm/* /opt/* /opt/*/* "${HOME:-/}"/.sdkman/candidates/java/* \
  "${HOME:-/}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
  [ ! -d "$home/bin" ] || consider "$home"
done

if [ -x /usr/libexec/java_home ]; then
  home=$(/usr/libexec/java_home -v "$MINIMUM+" 2>/dev/null) && consider "$home"
fi

if [ -z "$best" ]; then
  [ "$needed" = java ] && kind='Java' || kind='a JDK'
  cat >&2 <<MESSAGE
mocov3 needs $kind $MINIMUM or newer and found none (looked in JAVA_HOME=${JAVA_HOME:-(unset)}, PATH, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks).
Install one and try again, for example:
  Debian, Ubuntu:  apt-get install openjdk-21-jdk-headless
  macOS:           brew install openjdk@21
  anywhere:        Temurin 25 from https://adoptium.net, then set JAVA_HOME to its folder
MESSAGE
  exit 2
fi
printf '%s\n' "$best"
