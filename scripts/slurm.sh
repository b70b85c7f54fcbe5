#!/usr/bin/env bash
# A SLURM of one node on this machine, for tests: a real slurmctld, slurmd and munged that live in a folder of their own.
#
#   scripts/slurm.sh install        from Debian's packages; needs root
#   scripts/slurm.sh start FOLDER   then SLURM_CONF=FOLDER/slurm.conf names it to sbatch and the others
#   scripts/slurm.sh node FOLDER    starts its slurmd again after it was killed
#   scripts/slurm.sh stop FOLDER
#
# Exit code 3: this machine cannot have it. Nothing outside of FOLDER is written, and no port or socket is the usual one.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"

cannot() {
  echo "no SLURM here: $1" >&2
  exit 3
}

install() {
  if command -v slurmctld slurmd munged sbatch > /dev/null; then return; fi
  [ "$(id -u)" = 0 ] || cannot "installing it needs root"
  command -v apt-get > /dev/null || cannot "it is installed from Debian's packages, and there is no apt-get"
  local packages="slurmctld slurmd slurm-client munge"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  { apt-get update && apt-get install -y --no-install-recommends $packages; } > /dev/null 2>&1 ||
    cannot "apt-get cannot install $packages"
}

configure() {
  local host ports
  host=$(hostname -s)
  # Two neighbouring ports that belong to this process alone: process ids are unique on a machine.
  ports=$((20000 + $$ % 10000 * 2))
  dd if=/dev/urandom of="$1/munge.key" bs=1024 count=1 2> /dev/null
  chmod 400 "$1/munge.key"
  cat > "$1/slurm.conf" << CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$ports
SlurmdPort=$((ports + 1))
SlurmUser=root
SlurmdParameters=config_overrides
AuthType=auth/munge
AuthInfo=socket=$1/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=2
ReturnToService=2
JobRequeue=0
KillWait=2
MaxArraySize=1001
MpiDefault=none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.pid
SlurmctldLogFile=$1/slurmctld.log
SlurmdLogFile=$1/slurmd.log
NodeName=$host NodeAddr=127.0.0.1 CPUs=8 RealMemory=8000 State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=INFINITE DefMemPerCPU=900 OverSubscribe=NO State=UP
CONF
}

start() {
  command -v slurmctld slurmd munged sbatch > /dev/null || cannot "slurmctld, slurmd, munged and sbatch are not installed"
  [ "$(id -u)" = 0 ] || cannot "slurmd needs root"
  mkdir -p "$1/state" "$1/spool"
  configure "$1"
  munged --force --key-file="$1/munge.key" --socket="$1/munge.socket" --pid-file="$1/munged.pid" \
    --log-file="$1/munged.log" --seed-file="$1/munge.seed" 2> /dev/null
  slurmctld
  slurmd
  for _ in $(seq 100); do
    if [ "$(sinfo -h -o %T 2> /dev/null)" = idle ]; then return; fi
    sleep 0.2
  done
  tail -n 5 "$1"/*.log >&2
  stop "$1"
  cannot "its node does not come up"
}

stop() {
  # What runs on the node would outlive its daemon.
  { scontrol listpids | awk 'NR > 1 && $1 > 0 { print $1 }' | xargs -r kill -9; } 2> /dev/null || true
  for name in slurmd slurmctld munged; do
    if [ -f "$1/$name.pid" ]; then kill "$(cat "$1/$name.pid")" 2> /dev/null || true; fi
  done
}

action=${1:-}
if [ "$action" != install ]; then
  export SLURM_CONF="${2:?names the folder}/slurm.conf"
fi
case "$action" in
  install) install ;;
  start) start "$2" ;;
  node) slurmd ;;
  stop) stop "$2" ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 1 ;;
esac
