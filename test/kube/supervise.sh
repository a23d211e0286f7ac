#!/bin/sh
# Keeps one cluster: everything in it lives in a PID namespace below the shell that runs init.sh, and whatever ends
# that shell (its owner's death, a signal, a kill) ends everything, and then this script leaves nothing behind.
#
#   supervise.sh DIRECTORY CGROUP          run; standard input is the owner's pipe, see init.sh
#   supervise.sh --clean DIRECTORY CGROUP  only clean up after a supervisor that was itself killed
set -u

here=$(dirname "$0")

# nsenter stops with a stopped child (a frozen API server), does not reap it then, and no PID namespace ends before all
# in it are reaped. Continued, it sees that its child was killed. Only for a cluster whose first process has ended.
release() {
  for file in "$1/init.pid" "$1"/*/init.pid; do
    [ -f "$file" ] && pkill -CONT -f "^nsenter --target $(cat "$file") "
  done
}

clean() {
  release "$1"
  # A veth goes with its namespace, but only some time later; deleting it is at once. By its index ("if7"): its name may
  # be another cluster's by now.
  [ -f "$1/link.index" ] && ip link delete dev "if$(cat "$1/link.index")" 2>/dev/null
  # The kernel may need a moment to see a control group's last process gone.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    left=$(find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d -name "$2")
    [ -z "$left" ] && break
    find $left -depth -type d -exec rmdir {} \; 2>/dev/null
    [ -n "$(find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d -name "$2")" ] && sleep 0.2
  done
  rm -rf --one-file-system -- "$1"
}

if [ "$1" = --clean ]; then
  clean "$2" "$3"
  exit
fi

echo $$ >"$1/supervisor.pid"
trap '' INT HUP
trap 'kill -KILL "$(cat "$directory/init.pid")" 2>/dev/null' TERM
directory=$1
exec 3<&0
# The first process holds this pipe's other end: the read ends when that process does, though its namespace may not.
mkfifo "$1/alive"
{
  read -r _ <"$1/alive"
  while kill -0 "$(cat "$1/init.pid")"; do
    release "$1"
    sleep 0.2
  done
} 3<&- 2>/dev/null &
watcher=$!
unshare --pid --net --mount --fork --kill-child sh "$here/init.sh" "$1" <&3 3<&- &
child=$!
# A trapped signal ends a wait early: wait until the child is really gone.
while kill -0 $child 2>/dev/null; do wait $child; done
kill $watcher 2>/dev/null
clean "$1" "$2"
