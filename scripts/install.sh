#!/bin/sh
# install.sh PROGRAM PREFIX: the program, its manual page and completions for bash, zsh and fish.
set -eu
program=$1
prefix=$2
here=$(cd "$(dirname "$0")/.." && pwd)

install -d "$prefix/bin" "$prefix/share/man/man1" "$prefix/share/bash-completion/completions" \
  "$prefix/share/zsh/site-functions" "$prefix/share/fish/vendor_completions.d"
install -m 755 "$program" "$prefix/bin/energy"
install -m 644 "$here/docs/energy.1" "$prefix/share/man/man1/energy.1"
completion() {
  "$program" --generate-completion-script "$1" > "$2.new"
  chmod 644 "$2.new"
  mv "$2.new" "$2"
}
completion bash "$prefix/share/bash-completion/completions/energy"
completion zsh "$prefix/share/zsh/site-functions/_energy"
completion fish "$prefix/share/fish/vendor_completions.d/energy.fish"
