#!/bin/sh
# The first process of a cluster's PID, network and mount namespace. When it ends, the kernel kills the rest.
# Its owner holds the other end of standard input: "keep" lets the cluster outlive the owner, an end without it ends both.
set -u

# /proc is still the host's, so this is the pid by which the host knows this shell.
read -r pid _ </proc/self/stat
mount -t proc proc /proc
ip link set lo up
# Closed by this shell's end: the supervisor sees it.
exec 4<>"$1/alive"
echo "$pid" >"$1/init.pid.new"
mv "$1/init.pid.new" "$1/init.pid"

trap '' INT HUP
# A background command has no standard input of its own unless told; `wait` meanwhile reaps every orphan.
exec 3<&0
{ read -r word && [ "$word" = keep ] && exec sleep infinity; } <&3 &
wait $!
