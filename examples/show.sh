#!/bin/sh
# Shows what `copydesk clean` does to some of the example inputs.
#
#   sh examples/show.sh COPYDESK OUT
#
# COPYDESK is the command, OUT the folder that holds its outputs.
set -eu

copydesk=$1
out=$2
inputs=examples/inputs
width=96

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The first $1 and the last $2 lines that are not empty, cut at a space so that no character is cut
# in two.
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
                left = count - first - last
                if (n == first + 1 && left > 1) {
                    print "  | (" left " more lines)"
                    n += left
                }
                print "  | " lines[n]
            }
        }'
}

# A page as a reader without its layout sees it.
strip_tags() {
    case $1 in
        *.html) sed -e '/<head>/,/<\/head>/d' -e '/<script/,/<\/script>/d' -e '/<style/,/<\/style>/d' \
                    -e 's/<[^>]*>/ /g' "$1" ;;
        *) cat "$1" ;;
    esac
}

# `SOURCE: CLASS SCORE RULE WHERE TEXT  [EVIDENCE]` to a line a class, the class with the most blocks first.
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
                    printf "%4d %-11s %s\n", count[class], class, line
                }
            }' | LC_ALL=C sort -k1,1nr -k2,2
}

for name in tram-extension.txt ferry-returns.html rooftop-choir.txt; do
    "$copydesk" clean "$inputs/$name" --format txt --explain --color never \
        >"$scratch/after" 2>"$scratch/removed"
    printf '\n=== %s\n' "$inputs/$name"
    printf 'before:\n'
    strip_tags "$inputs/$name" | ends_of 9 14
    printf 'after:\n'
    ends_of 5 3 <"$scratch/after"
    printf 'removed blocks, by class:\n'
    by_class <"$scratch/removed"
done

printf '\nThe outputs:\n'
printf '  %-20s %s\n' "$out/markdown/" "each input as Markdown" \
    "$out/records.jsonl" "one record a page: text, metadata, and each removed block with its reason"
