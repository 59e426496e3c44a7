# The tip's content is put in place: copy -> fsync -> journal -> live aside -> rename -> fsync directory -> journal off.

# put_aside <why>: what lies there goes to quarantine, the TPM's directory as a whole.
put_aside() {
    aside=$root/quarantine/$uuid
    [ -d "$aside" ] || run mkdir "$aside" 2>/dev/null || return 1
    highest_in "$aside"
    aside=$aside/$((highest + 1))
    run mkdir "$aside" 2>/dev/null && (printf '%s\n' "$1" >"$aside/why") 2>/dev/null || return 1
    if [ "$tpm_state" != absent ]; then
        displace "$tpm" "$aside/tpm2" || return 1
    fi
    if [ "$vars_state" != absent ]; then
        displace "$nvram" "$aside/vars" || return 1
    fi
    run sync "$aside/why" "$aside" "${aside%/*}" "$root/quarantine"
    say "what lay there went to $aside: $1"
}

# nvram_of_another: whether what has our NVRAM's name is another domain's, too, and could not be had again from what is saved of that.
# owner := its UUID.
nvram_of_another() {
    [ "$vars_state" != absent ] || return 1
    other_nvram=-
    for other in "$root"/domain/*; do
        owner=${other##*/}
        if [ "$owner" != "$uuid" ] && is_uuid "$owner" &&
            read_fields "$other" name:other_name:text tpm:other_tpm:path nvram:other_nvram:path firmware:other_firmware:path &&
            [ "$other_nvram" = "$nvram" ] && ! is_captured "$owner"; then
            return 0
        fi
    done
    return 1
}

# is_captured <uuid of another>: its last run ended, and so was captured; or it has none, and what it had was when the line was given.
is_captured() (
    read_vm "$1" && case $run_state/$line in
    Closed/*) true ;;
    Open/* | */none) false ;;
    esac
)

# displace <from> <to>: a rename; across filesystems a copy, which is durable before the original goes.
displace() {
    devices=$(become stat -c %d -- "$1" "${2%/*}")
    if [ "${devices%%[!0-9]*}" = "${devices##*[!0-9]}" ]; then
        run mv -T -- "$1" "$2"
    else
        run cp -aT -- "$1" "$2" && run sync -f "$2" && run rm -rf -- "$1"
    fi
}

# content_of <place>: source := the directory that holds it.
content_of() {
    case $1 in
    entry:*) source=$root/spool/$uuid/${1#entry:} ;;
    delivery:*) source=$root/delivery/$uuid/${1#delivery:} ;;
    *) return 1 ;;
    esac
    [ -d "$source" ] && [ ! -L "$source" ]
}

# stage <digest>: a copy of the source beside the live files, fsynced and of that digest. 1: it is not what it says.  2: no room.
stage() {
    staged_tpm=$tpm.tpm-keeper-new staged_vars=$nvram.tpm-keeper-new
    [ "$nvram" != - ] || staged_vars=$tpm.tpm-keeper-no-vars
    run rm -rf -- "$staged_tpm" "$staged_vars"
    [ -d "${tpm%/*}" ] || passable "${tpm%/*}" || return 2
    run mkdir -- "$staged_tpm" || return 2
    set -- "$1" - -
    if [ -f "$source/tpm2/tpm2-00.permall" ]; then
        copy "$source/tpm2/tpm2-00.permall" "$staged_tpm/tpm2-00.permall" "$tpm_limit" || return 2
        set -- "$1" "$staged_tpm/tpm2-00.permall" -
    fi
    if [ -f "$source/vars" ] && [ "$nvram" = - ]; then
        set -- "$1" "$2" "$source/vars"
    elif [ -f "$source/vars" ]; then
        [ -d "${nvram%/*}" ] || passable "${nvram%/*}" || return 2
        copy "$source/vars" "$staged_vars" "$vars_limit" || return 2
        set -- "$1" "$2" "$staged_vars"
    fi
    sum "$2" "$3" || return 1
    staged_size=0
    sizes=$(become stat -c '%s %n' -- "$2" "$3" 2>/dev/null)
    while IFS=' ' read -r stat_size stat_path; do
        case $stat_path in
        "$2") tpm_size=$stat_size ;;
        "$3") vars_size=$stat_size ;;
        *) continue ;;
        esac
        staged_size=$((staged_size + stat_size))
    done <<EOF
$sizes
EOF
    name_state
    [ "$digest" = "$1" ] || return 1
    set -- "$staged_tpm" "${tpm%/*}"
    [ ! -f "$staged_vars" ] || set -- "$staged_vars" "$@"
    [ ! -f "$staged_tpm/tpm2-00.permall" ] || set -- "$staged_tpm/tpm2-00.permall" "$@"
    run sync "$@" || return 2
}

# install <place> <digest>: 0: live is it.  1: what lies at that place is not that digest.  2: no room.
install() {
    content_of "$1" || return 1
    stage "$2"
    staged=$?
    if [ "$staged" -ne 0 ]; then
        run rm -rf -- "$staged_tpm" "$staged_vars"
        return "$staged"
    fi
    (printf 'format 1\nfrom %s\ntip %s\nend\n' "$1" "$2" >"$root/journal/$uuid.new") 2>/dev/null &&
        publish "$root/journal/$uuid" || return 2
    look live
    if [ "$tpm_state" = absent ] && [ -e "$tpm" ]; then run rm -rf -- "$tpm"; fi
    if [ "$tpm_state/$vars_state" != absent/absent ]; then
        put_aside "it was not the state to start from, $2" || return 2
    fi
    run mv -T -- "$staged_tpm" "$tpm" || return 2
    if [ -f "$staged_vars" ]; then
        run mv -T -- "$staged_vars" "$nvram" && run sync "${nvram%/*}" || return 2
    fi
    run sync "${tpm%/*}" && withdraw "$root/journal/$uuid"
}

# passable <directory>: made with all its parents, 0711 each. libvirt gives the state's own directories their owners at each start,
# but swtpm and QEMU, which are not root, must be able to pass through those above; on a new host libvirt has not made them yet.
passable() {
    umask 0066
    run mkdir -p -- "$1"
    made=$?
    umask 0077
    return "$made"
}

# install_tip: from where the line says that it lies, or from a delivery of its name.
install_tip() {
    install "$at" "$tip"
    installed=$?
    if [ "$installed" -eq 1 ] && [ "$at" != "delivery:$tip" ]; then
        install "delivery:$tip" "$tip"
        installed=$?
    fi
    return "$installed"
}

# replay: an install that was killed is finished, before anybody takes its half for a state. 2: the journal is unreadable.
replay() {
    journal_from=- journal_tip=none
    read_fields "$root/journal/$uuid" from:journal_from:place tip:journal_tip:digest
    case $? in
    1) return 0 ;;
    2) return 2 ;;
    esac
    [ "$seen" = yes ] || return 0
    read_live
    if [ "$live" != "$journal_tip" ]; then
        install "$journal_from" "$journal_tip" || say "the install of $journal_tip that was interrupted could not be finished"
    fi
    withdraw "$root/journal/$uuid"
}

# reserve <size>: room for this run's end, twice: the hook cannot veto a stop. Freed when the end could not be written otherwise.
reserve() {
    reserve_size=$((2 * $1))
    [ "$reserve_size" -ge 1048576 ] || reserve_size=1048576
    reserved=0
    while IFS=' ' read -r _ _ stat_size _ stat_path; do
        [ "$stat_path" != "$root/reserve/$uuid" ] || reserved=$stat_size
    done <<EOF
$stats
EOF
    [ "$reserved" -lt "$reserve_size" ] || return 0
    run dd if=/dev/zero of="$root/reserve/$uuid" bs=1048576 count="$reserve_size" iflag=count_bytes,fullblock conv=fsync \
        status=none 2>/dev/null && return 0
    run rm -f "$root/reserve/$uuid" 2>/dev/null
    return 1
}
