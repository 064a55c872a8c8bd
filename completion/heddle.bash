# SPDX-License-Identifier: Apache-2.0
# Completion of heddle(8) for bash: verbs, options, and the names of the switch's ports.

# The ports of the switch that the command line so far means.
__heddle_ports() {
	heddle "$@" -j port show 2>/dev/null | sed -n 's/^    "name": "\(.*\)",\{0,1\}$/\1/p'
}

# Offers what compgen makes of its arguments for the word at the cursor.
__heddle_offer() {
	mapfile -t COMPREPLY < <(compgen "$@" -- "${COMP_WORDS[COMP_CWORD]}")
}

_heddle() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local words=() where=() i
	local nouns='show port flow group meter table bundle monitor mac lcore stats drops controller network attachment
		reload version help'

	COMPREPLY=()
	case $prev in
	-s | --switch)
		__heddle_offer -W "$(ls /run/heddle 2>/dev/null)"
		return
		;;
	--run-dir)
		__heddle_offer -d
		return
		;;
	--api | --file | --tls-key | --tls-cert | --tls-ca)
		__heddle_offer -f
		return
		;;
	--of)
		__heddle_offer -W 'tcp: tls: unix:'
		return
		;;
	-O | --of-version)
		__heddle_offer -W '1.0 1.3 1.4 1.5'
		return
		;;
	--interval | --count)
		return
		;;
	esac

	# Words of the verb, and the options that say which switch is meant.
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-s | --switch | --run-dir | --api)
			where+=("${COMP_WORDS[i]}" "${COMP_WORDS[i+1]}")
			((i++))
			;;
		--of | --tls-key | --tls-cert | --tls-ca | --file | -O | --of-version | --interval | --count) ((i++)) ;;
		-*) ;;
		*) words+=("${COMP_WORDS[i]}") ;;
		esac
	done

	if [[ $cur == -* ]]; then
		local options='--switch --run-dir --api --json --help --version'
		case ${words[0]} in
		flow | group | meter | table | bundle | monitor)
			options+=' --of --of-version --tls-key --tls-cert --tls-ca'
			;;&
		flow) options+=' --file --strict --bundle' ;;
		group | meter) options+=' --file --bundle' ;;
		bundle) options+=' --file' ;;
		monitor) options+=' --count' ;;
		lcore) options+=' --interval' ;;
		stats) options+=' --interval --count' ;;
		esac
		__heddle_offer -W "$options"
		return
	fi
	[[ ${words[0]} == help ]] && words=("${words[@]:1}")
	case ${#words[@]} in
	0)
		__heddle_offer -W "$nouns"
		return
		;;
	1)
		local actions=
		case ${words[0]} in
		port) actions='show add del set' ;;
		flow) actions='show add mod del' ;;
		group) actions='show add mod del insert remove features' ;;
		meter) actions='show add mod del features' ;;
		table) actions='show features set' ;;
		monitor) actions='show flows' ;;
		mac) actions='show add del flush' ;;
		lcore | controller | network | attachment) actions='show' ;;
		esac
		__heddle_offer -W "$actions"
		return
		;;
	esac
	case "${words[0]} ${words[1]}/${#words[@]}" in
	'port show/2' | 'port del/2' | 'port set/2' | 'mac add/3')
		__heddle_offer -W "$(__heddle_ports "${where[@]}")"
		;;
	'port set/'*)
		compopt -o nospace 2>/dev/null
		__heddle_offer -W 'vlan= trunk= native= mtu= rate= queue= admin=up admin=down'
		;;
	esac
}

complete -F _heddle heddle
