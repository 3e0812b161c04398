#!/bin/sh
# uninstall.sh PREFIX: removes what install.sh put there.
set -eu
prefix=$1
rm -f "$prefix/bin/energy" "$prefix/share/man/man1/energy.1" "$prefix/share/bash-completion/completions/energy" \
  "$prefix/share/zsh/site-functions/_energy" "$prefix/share/fish/vendor_completions.d/energy.fish"
