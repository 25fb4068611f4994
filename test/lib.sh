# shellcheck shell=bash
# Shared by the scripts below. A script that sources this works from the root of the repository, and has
# $tmp until it ends.
caller=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

fail() { printf 'FAIL: %s\n' "$*" >&2; exit 1; }

# program GIVEN PACKAGE prints the path of a program: of the one given, or of the package's, which it builds.
program() {
	if [ -n "$1" ]; then
		(cd "$caller" && realpath "$1")
		return
	fi
	CGO_ENABLED=0 go build -o "$tmp/${2##*/}" "$2" || return
	echo "$tmp/${2##*/}"
}

# packages FOLDER installs what the folder's package-lock.json pins.
packages() { npm --prefix "$1" ci --no-audit --no-fund --loglevel=error; }
