# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Shared by the scripts here; source it.  It sets
#   here    the directory of these scripts
#   state   a directory for the files of running guests, one folder a guest
# and defines the functions below.

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
state=${GUEST_STATE:-/tmp/guests.$(id -u)}    # short: socket paths end at 107 bytes
image=${GUEST_IMAGE:-$state/image}
PATH=$PATH:/usr/sbin:/sbin

die() { echo "${0##*/}: $*" >&2; exit 1; }

# usage: print the comment at the head of the script, then stop.
usage() { sed -n '3,/^[^#]/{/^#/!q;s/^# \{0,1\}//;p}' "$0" >&2; exit 2; }

# poll SECONDS COMMAND...: run the command until it succeeds, SECONDS at most.
poll() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

# alive PID WORD: is PID a running process with WORD in its command line?
# (WORD, a path of ours, tells it from a later process with the same pid.)
alive() {
    [ -n "$1" ] && tr '\0' ' ' 2> /dev/null < "/proc/$1/cmdline" | grep -qF -- "$2"
}
gone() { ! alive "$@"; }

# stop_pid PID WORD: end that process; it has 5 s to do so by itself.
stop_pid() {
    alive "$@" || return 0
    kill "$1" 2> /dev/null || return 0
    poll 5 gone "$@" || kill -KILL "$1"
    poll 5 gone "$@" || die "process $1 does not end"
}

# guest_pid NAME: its QEMU's pid, if it runs.
guest_pid() {
    local pid
    pid=$(cat "$state/$1/pid" 2> /dev/null) && alive "$pid" "$state/$1/" && echo "$pid"
}
