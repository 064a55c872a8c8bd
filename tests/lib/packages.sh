# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The packages of packages.txt; source it. Needs $root, the root of the source.

# packages_missing SECTION...: those of these sections that are not installed, one a line.
packages_missing() {
    awk -v "wanted=$*" 'BEGIN { split(wanted, list, " "); for (i in list) want[list[i]] = 1 }
        /^# *[a-z]+$/ { on = ($NF in want); next }
        /^[^#]/ && on { print $1 }' "$root/packages.txt" | while read -r package; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null) in
            installed) ;;
            *) echo "$package" ;;
        esac
    done
}

# packages_install LOG PACKAGE...: installs them with apt; what apt says goes to LOG.
packages_install() {
    local log=$1
    shift
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -q update || true
      apt-get -q -y install --no-install-recommends "$@"; } > "$log" 2>&1
}
