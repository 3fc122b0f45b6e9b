# shellcheck shell=sh
# Sourced by the launchers of the checkout and of the distribution. They set JAVA_HOME and class_path
# and have the program's arguments in "$@"; afterwards "$@" is what java has to be called with.

# A quarter of what the container or service may take, at most 1024 MiB: nearly all memory is that of
# libtorch and OpenCV, outside the heap.
heap_mib=1024
bound_heap() {
  if [ -r "$1" ] && read -r limit <"$1"; then
    case $limit in
    *[!0-9]* | '') ;;
    *) [ $((limit / 4194304)) -ge $heap_mib ] || heap_mib=$((limit / 4194304)) ;;
    esac
  fi
}
bound_heap /sys/fs/cgroup/memory.max
bound_heap /sys/fs/cgroup/memory/memory.limit_in_bytes
if [ -r /proc/self/cgroup ]; then
  while IFS=: read -r _ controllers group; do
    case $controllers in
    '') bound_heap "/sys/fs/cgroup$group/memory.max" ;;
    memory) bound_heap "/sys/fs/cgroup/memory$group/memory.limit_in_bytes" ;;
    esac
  done </proc/self/cgroup
fi

set -- io.mocov3.app.Main "$@"
case ${2:-} in
'' | -h | --help | -V | --version | help) set -- -XX:TieredStopAtLevel=1 "$@" ;;
esac
[ ! -t 2 ] || set -- -Dmocov3.terminal=true "$@"
# Akka asks sun.misc.Unsafe for field offsets, which newer JDKs warn about on every start.
feature=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$JAVA_HOME/release" 2>/dev/null) || feature=''
[ "${feature:-0}" -lt 24 ] || set -- --sun-misc-unsafe-memory-access=allow "$@"

# libtorch's threads (GCC's OpenMP) wait 0.2 ms for the next operation before they sleep, OpenBLAS's
# (in 2^N ticks) hardly at all: longer would steal the cores from each other and from decoding, and to
# sleep at once would wake them at each of a step's thousand operations.
export GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-20000}"
export OPENBLAS_THREAD_TIMEOUT="${OPENBLAS_THREAD_TIMEOUT:-10}"
# cuBLAS gives the same bits twice only with a workspace of its own for each stream.
export CUBLAS_WORKSPACE_CONFIG="${CUBLAS_WORKSPACE_CONFIG:-:4096:8}"
# What is wrong with an image is written to the quarantine, not to the terminal.
export OPENCV_LOG_LEVEL="${OPENCV_LOG_LEVEL:-SILENT}"

# shellcheck disable=SC2086,SC2154 # MOCOV3_JAVA_OPTS is a list of flags; class_path is the launcher's
set -- \
  "-Xmx${heap_mib}m" -XX:MaxDirectMemorySize=1t \
  --enable-native-access=ALL-UNNAMED \
  -Djava.awt.headless=true \
  -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
  ${MOCOV3_JAVA_OPTS:-} \
  -cp "$class_path" \
  "$@"
