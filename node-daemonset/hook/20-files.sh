# Small files: one "key value" a line, "format 1" first, "end" last. Anything else is unreadable; nothing is guessed.

is_number() {
    case $1 in
    0) return 0 ;;
    '' | 0* | *[!0-9]*) return 1 ;;
    esac
    [ ${#1} -le 18 ]
}

is_digest() {
    case $1 in
    *[!0-9a-f]*) return 1 ;;
    esac
    [ ${#1} -eq 64 ]
}

is_uuid() {
    case $1 in
    *[!0-9a-f-]* | *-*-*-*-*-*) return 1 ;;
    ????????-????-????-????-????????????) return 0 ;;
    esac
    return 1
}

# is_a <type> <value>. Types: text, number, digest (or none), place, path (or -), or the words allowed, with | between.
is_a() {
    case $1 in
    text) [ -n "$2" ] ;;
    number) is_number "$2" ;;
    digest) [ "$2" = none ] || is_digest "$2" ;;
    path)
        case $2 in
        - | /*) ;;
        *) return 1 ;;
        esac
        case $2/ in
        */../* | */./* | *//*) return 1 ;;
        esac
        ;;
    place)
        case $2 in
        -) ;;
        entry:*) is_number "${2#entry:}" ;;
        delivery:*) is_digest "${2#delivery:}" ;;
        *) return 1 ;;
        esac
        ;;
    *)
        case "|$1|" in
        *"|$2|"*) ;;
        *) return 1 ;;
        esac
        ;;
    esac
}

# read_fields <file> <key>:<variable>:<type>…   0: read.  1: not there.  2: unreadable.
read_fields() {
    fields_file=$1
    shift
    [ -e "$fields_file" ] || [ -L "$fields_file" ] || return 1
    [ -f "$fields_file" ] && [ ! -L "$fields_file" ] || return 2
    {
        IFS= read -r field_line && [ "$field_line" = 'format 1' ] || return 2
        for field; do
            IFS= read -r field_line || return 2
            field_value=${field_line#* }
            [ "$field_line" = "${field%%:*} $field_value" ] || return 2
            field=${field#*:}
            is_a "${field#*:}" "$field_value" || return 2
            eval "${field%%:*}=\$field_value"
        done
        IFS= read -r field_line && [ "$field_line" = end ] || return 2
        if IFS= read -r field_line || [ -n "$field_line" ]; then return 2; fi
    } <"$fields_file"
}

# publish <file> [<more to fsync first>…]: <file>.new becomes <file>, durably.
publish() {
    published=$1
    shift
    run sync "$published.new" "$@" &&
        run mv -fT "$published.new" "$published" &&
        run sync "${published%/*}"
}

# withdraw <file>: gone, durably.
withdraw() {
    run rm -f "$1" && run sync "${1%/*}"
}

# The highest number that a name in this directory begins with: 7 and 8.new make 8.
highest_in() {
    highest=0
    for name in "$1"/*; do
        name=${name##*/}
        name=${name%.new}
        if is_number "$name" && [ "$name" -gt "$highest" ]; then highest=$name; fi
    done
}

make_directories() {
    for directory in domain vm lock request refused reserve spool delivery quarantine journal; do
        [ -d "$root/$directory" ] || run mkdir -p "$root/$directory" 2>/dev/null
    done
    for directory in held accept-live incoming work; do
        [ -d "$volatile/$directory" ] || run mkdir -p "$volatile/$directory" 2>/dev/null
    done
}

# One call at a time for each domain, and never beside the agent. The lock goes with the descriptor.
lock() {
    [ -e "$root/lock/$uuid" ] || (: >>"$root/lock/$uuid") 2>/dev/null
    if [ -e "$root/lock/$uuid" ]; then
        exec 9<"$root/lock/$uuid"
        run flock 9
    fi
}

unlock() {
    exec 9<&-
}
