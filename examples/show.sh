#!/bin/sh
# Cleans the example inputs and shows what became of some of them.
#
#   sh examples/show.sh COPYDESK OUT
#
# COPYDESK is the command, OUT the folder for its outputs.
set -eu

copydesk=$1
out=$2
inputs=examples/inputs
width=96

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Prints the first $1 and the last $2 lines that are not empty. Long lines are cut at a space, which never splits a
# character of several bytes, even in an awk that counts bytes.
ends_of() {
    awk -v first="$1" -v last="$2" -v width="$width" '
        !NF { next }
        {
            gsub(/[ \t]+/, " "); sub(/^ /, ""); sub(/ $/, "")
            if (length($0) > width) {
                line = substr($0, 1, width - 4)
                sub(/ [^ ]*$/, "", line)
                $0 = line " ..."
            }
            lines[++count] = $0
        }
        END {
            for (n = 1; n <= count; n++) {
                hidden = count - first - last
                if (n == first + 1 && hidden > 1) {
                    print "  | (" hidden " more lines)"
                    n += hidden
                }
                print "  | " lines[n]
            }
        }'
}

# Prints a page without its tags.
strip_tags() {
    case $1 in
        *.html) sed -e '/<head>/,/<\/head>/d' -e '/<script/,/<\/script>/d' -e '/<style/,/<\/style>/d' \
                    -e 's/<[^>]*>/ /g' "$1" ;;
        *) cat "$1" ;;
    esac
}

# Turns the lines of --explain, `SOURCE: CLASS SCORE RULE WHERE TEXT  [EVIDENCE]`, into one line per class with the
# number of blocks and the first texts, the most frequent class first. Beyond $1 classes it prints only the numbers.
by_class() {
    sed -n -E -e 's/  \[[^]]*\]$//' -e 's/^[^ ]+: +([a-z]+) +[0-9.]+ [^ ]+ (lines? [0-9]+(-[0-9]+)?|[^ ]+( > [^ ]+)*) /\1\t/p' |
        awk -F '\t' -v width="$width" '
            {
                count[$1]++
                if (count[$1] > 3) next
                texts[$1] = texts[$1] (count[$1] > 1 ? " | " : "") $2
            }
            END {
                for (class in count) {
                    line = texts[class]
                    if (length(line) > width - 20) {
                        line = substr(line, 1, width - 24)
                        sub(/ [^ ]*$/, "", line)
                        line = line " ..."
                    }
                    printf "%d\t%s\t%s\n", count[class], class, line
                }
            }' | LC_ALL=C sort -k1,1nr -k2,2 |
        awk -F '\t' -v shown="$1" '
            NR <= shown { printf "  %-10s %2d: %s\n", $2, $1, $3; next }
            { others = others (others == "" ? "" : ", ") $2 " " $1 }
            END { if (others != "") print "  and " others }'
}

# Cleans all inputs and prints the summary under a label: show LABEL FLAG...
clean_all() {
    printf '\n%s\n  ' "$1"
    shift
    "$copydesk" clean "$inputs" --overwrite --color never --no-progress "$@" 2>&1
}

clean_all "$inputs as Markdown, one file per page, in $out/markdown/:" -o "$out/markdown/" --format markdown
clean_all "$inputs as records, with the reason for each removed block, in $out/records.jsonl:" \
    -o "$out/records.jsonl" --explain

# Cleans one input and shows it: show_page NAME DESCRIPTION
show_page() {
    "$copydesk" clean "$inputs/$1" --format txt --explain --color never >"$scratch/after" 2>"$scratch/removed"
    printf '\n=== %s: %s\n' "$inputs/$1" "$2"
    printf 'before:\n'
    strip_tags "$inputs/$1" | ends_of 4 3
    printf 'after:\n'
    ends_of 2 1 <"$scratch/after"
    printf 'removed blocks, by class:\n'
    by_class 4 <"$scratch/removed"
}

# Shows lines that were repaired: show_repair NAME. Lines with C1 control characters are left out, since a terminal
# would act on them.
show_repair() {
    printf '\n=== %s: broken characters\n' "$inputs/$1"
    "$copydesk" repair --diff --quiet "$inputs/$1" | LC_ALL=C awk '
        /^-[^-]/ { before = substr($0, 2) }
        /^[+][^+]/ && before !~ /\302[\200-\237]/ {
            print "  before | " before
            print "  after  | " substr($0, 2)
        }'
}

show_page tram-extension.txt 'scraped text with a price list in pieces'
show_page ferry-returns.html 'a page'
show_repair rooftop-choir.txt
