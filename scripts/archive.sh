#!/bin/sh
# Packs a built command with manual pages, completions and examples.
#
#   sh scripts/archive.sh COPYDESK OUT
#
# COPYDESK is the command, OUT the folder for the archive. Leaves the files of the archive in OUT/files too: the Debian
# package takes manual pages and completions from there.
set -eu

copydesk=$1
[ -f "$copydesk.exe" ] && copydesk=$copydesk.exe
out=$2

version=$("$copydesk" --version | awk '{ print $2 }')
target=$(rustc -vV | sed -n 's/^host: //p')
name=copydesk-$version-$target
files=$out/files

rm -rf "$files" "${out:?}/$name"
mkdir -p "$files/man" "$files/completions"
"$copydesk" man -o "$files/man"
"$copydesk" completions bash >"$files/completions/copydesk.bash"
"$copydesk" completions zsh >"$files/completions/_copydesk"
"$copydesk" completions fish >"$files/completions/copydesk.fish"
"$copydesk" completions powershell >"$files/completions/_copydesk.ps1"
cp "$copydesk" README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$files"
mkdir "$files/config"
cp -R config/copydesk.toml config/jobs.example.toml config/sites config/deploy "$files/config"

cp -R "$files" "$out/$name"
case $target in
    *-windows-*) (cd "$out" && 7z a -bd "$name.zip" "$name" >/dev/null); archive=$name.zip ;;
    *) tar -C "$out" -czf "$out/$name.tar.gz" "$name"; archive=$name.tar.gz ;;
esac
rm -rf "${out:?}/$name"
printf '%s\n' "$out/$archive"
