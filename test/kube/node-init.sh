#!/bin/sh
# The first process of a node's PID, network, mount and UTS namespaces, which make it look like a machine of its own:
# own /run, /var, /etc, /opt and /proc, so that every default path of kubelet, containerd and CNI is right, and free.
#
#   node-init.sh NODE-DIRECTORY NAME CGROUP BINARIES
set -eu

directory=$1 name=$2 cgroup=$3 binaries=$4

# /proc is still the host's, so this is the pid by which the host knows this shell.
read -r pid _ </proc/self/stat
echo "$name" >/proc/sys/kernel/hostname
mount --make-rprivate /

# A kubelet must have a control group of its own beforehand, or it deletes the pods of others.
make_cgroup() {
  at=$1
  for part in $(echo "$cgroup" | tr / ' '); do
    parent=$at at=$at/$part
    mkdir -p "$at"
    for file in cpuset.cpus cpuset.mems; do
      if [ -f "$at/$file" ] && [ -z "$(cat "$at/$file")" ]; then cat "$parent/$file" >"$at/$file"; fi
    done
    # Version 2: the children may use what the parent has.
    if [ -f "$parent/cgroup.subtree_control" ]; then
      for controller in $(cat "$parent/cgroup.controllers"); do
        echo "+$controller" >"$parent/cgroup.subtree_control" || true
      done
    fi
  done
}
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  make_cgroup /sys/fs/cgroup
else
  for hierarchy in /sys/fs/cgroup/*/; do make_cgroup "${hierarchy%/}"; done
fi

# What the host keeps below /run and /var is out of sight afterwards: bring along what is needed first.
cd "$directory"
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/lock run/netns run/heddle/bin run/heddle/node
mount --bind "$binaries" run/heddle/bin
mount --bind "$directory" run/heddle/node
for folder in etc opt; do
  mkdir -p "$folder" "$folder.work"
  mount -t overlay -o "lowerdir=/$folder,upperdir=$directory/$folder,workdir=$directory/$folder.work" overlay "/$folder"
done
mkdir -p var/lib var/log/pods var/tmp var/cache
ln -sfn /run var/run
# A fresh sysfs shows this namespace's links; the control groups move over from the old one.
mkdir -p run/heddle/cgroup
mount --rbind /sys/fs/cgroup run/heddle/cgroup
mount -t sysfs sysfs /sys
mount --rbind run/heddle/cgroup /sys/fs/cgroup
umount -l run/heddle/cgroup
mount -t bpf bpf /sys/fs/bpf 2>/dev/null || true
mount --rbind var /var
mount --rbind run /run
mount -t proc proc /proc

# The kubelet sets these for the whole machine unless they are right already: let it find and write files of the node's.
mkdir -p /run/heddle/sysctl
set_aside() {
  [ -f "/proc/sys/$1" ] || return 0
  file=/run/heddle/sysctl/$(echo "$1" | tr / .)
  echo "$2" >"$file"
  mount --bind "$file" "/proc/sys/$1"
}
set_aside vm/overcommit_memory 1
set_aside vm/panic_on_oom 0
set_aside kernel/panic 10
set_aside kernel/panic_on_oops 1
set_aside kernel/keys/root_maxkeys 1000000
set_aside kernel/keys/root_maxbytes 25000000

# A node routes for its pods. Bridged pods of one node reach each other through a service only by way of iptables.
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
for file in iptables ip6tables; do
  [ -f "/proc/sys/net/bridge/bridge-nf-call-$file" ] && echo 1 >"/proc/sys/net/bridge/bridge-nf-call-$file"
done
# HostToContainer and Bidirectional mounts of pods need a shared tree.
mount --make-rshared /

echo "$pid" >/run/heddle/node/init.pid.new
mv /run/heddle/node/init.pid.new /run/heddle/node/init.pid
trap '' INT HUP TERM
sleep infinity &
wait $!
