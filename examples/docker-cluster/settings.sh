# Sourced by up, down and build-image: one place for names, addresses and sizes.
# Flags of `up` and `down` override the environment.
cluster=${HOMEOSTAT_CLUSTER:-orders-local}
prefix=${HOMEOSTAT_PREFIX:-}                # before every container name; needed for a second cluster
subnet=${HOMEOSTAT_SUBNET:-172.28.5}        # first three numbers of the private /24
workers=${HOMEOSTAT_WORKERS:-6}

brokers=3
broker_memory=192m
broker_disk=96m                             # tmpfs: a stopped broker comes back empty and copies from the others
worker_memory=192m
gateway_memory=192m

usage() {
  echo "usage: $(basename "$0") [--cluster NAME] [--prefix PREFIX] [--subnet A.B.C] [--workers N]"
}

read_flags() {
  while [ $# -gt 0 ]; do
    case $1 in
      --cluster) cluster=$2 ;;
      --prefix) prefix=$2 ;;
      --subnet) subnet=$2 ;;
      --workers) workers=$2 ;;
      -h | --help) usage; exit 0 ;;
      *) usage >&2; exit 2 ;;
    esac
    shift 2 || { usage >&2; exit 2; }
  done
  network=$cluster
}

# Fixed addresses end in .11 to .99; containers that are added later get theirs from .128 on.
broker_ip() { echo "$subnet.$((10 + $1))"; }
gateway_ip() { echo "$subnet.15"; }
worker_ip() { echo "$subnet.$((20 + $1))"; }
