# The end of a run becomes an entry: copy -> fsync -> rename -> fsync directory -> the host file, in one rename.

# capture <live or end>: into spool/<uuid>/<seq>.new, with all that can be read of it; sets digest and complete.
# 1: it could not be written. A file that cannot be read is left out, and the entry is incomplete.
capture() {
    spool=$root/spool/$uuid
    if [ ! -d "$spool" ]; then
        run mkdir "$spool" 2>/dev/null && run sync "$root/spool" || return 1
    fi
    highest_in "$spool"
    [ "$highest" -le "$seq" ] || seq=$highest
    seq=$((seq + 1))
    new=$spool/$seq.new
    run mkdir "$new" "$new/tpm2" "$new/again" 2>/dev/null || return 1
    unequal=no
    look "$1"
    set -- - - - -
    if [ "$tpm_state" = plain ]; then
        take "$tpm_file" "$new/tpm2/tpm2-00.permall" "$new/again/tpm" "$tpm_limit" || return 1
        [ "$taken" = no ] || set -- "$new/tpm2/tpm2-00.permall" - "$new/again/tpm" -
    fi
    if [ "$vars_state" = plain ]; then
        take "$vars_file" "$new/vars" "$new/again/vars" "$vars_limit" || return 1
        [ "$taken" = no ] || set -- "$1" "$new/vars" "$3" "$new/again/vars"
    fi
    sum "$@" || return 1
    [ "$tpm_sha" = "$tpm_again" ] || unequal=yes
    [ "$vars_sha" = "$vars_again" ] || unequal=yes
    name_state
    judge_whole "$new"
    when_made "$new"
    xml_kept "$new/domain.xml" || return 1
    run rm -r "$new/again" || return 1
}

# take <from> <to> <again> <limit>: read twice. Unreadable both times: it is the file (taken=no); only the first: it is our disk.
take() {
    taken=no
    if copy "$1" "$2" "$4"; then
        if copy "$1" "$3" "$4"; then taken=yes; else unequal=yes; fi
    elif copy "$1" "$3" "$4"; then
        return 1
    fi
    [ "$taken" = yes ] || run rm -f "$2"
}

# Complete: each kind that domain/<uuid> lists is there, was read equal twice, and is not empty.
# Only a power loss tears: swtpm renames without fsync. Then the length in its header shows it (10 bytes, big-endian: version,
# least version, u16 header size, u16 flags, u32 total length). At a clean stop we do not judge what swtpm left.
judge_whole() {
    complete=yes
    if [ "$seen" = no ] || [ "$unequal" = yes ] || [ "$tpm_sha" = - ] || [ "$tpm_size" -eq 0 ]; then complete=no; fi
    if [ "$nvram" != - ]; then
        if [ "$vars_sha" = - ] || [ "$vars_size" -eq 0 ]; then complete=no; fi
    fi
    if [ "$complete" = yes ] && [ "$after_crash" = yes ]; then
        header=$(become od -An -v -tu1 -w10 -N10 "$1/tpm2/tpm2-00.permall")
        # shellcheck disable=SC2086 # ten numbers
        set -- $header
        if [ $# -ne 10 ] || [ $(($7 * 16777216 + $8 * 65536 + $9 * 256 + ${10})) -ne "$tpm_size" ]; then complete=no; fi
    fi
}

xml_kept() {
    if [ -n "$xml_1" ]; then
        write_xml "$1" 2>/dev/null
        xml_1=
    else
        : >"$1"
    fi 2>/dev/null
}

# when_made <path>: clock, from stat's lines: saves the fork of date.
when_made() {
    while IFS=' ' read -r _ _ _ stat_time stat_path; do
        [ "$stat_path" != "$1" ] || clock=$stat_time
    done <<EOF
$stats
EOF
}

# commit <trigger> <how>: meta, then the entry in its place.
commit() {
    meta_online=no meta_record=- meta_epoch=0
    [ "$line" = none ] || meta_record=$record meta_epoch=$epoch
    [ "$mine" = no ] || meta_online=yes
    tpm_meta=- vars_meta=- digest_meta=$digest
    [ "$tpm_sha" = - ] || tpm_meta="$tpm_sha $tpm_size"
    [ "$vars_sha" = - ] || vars_meta="$vars_sha $vars_size"
    [ "$digest" != none ] || digest_meta=-
    boot_now
    (
        printf 'format 1\nrecord %s\nepoch %s\nseq %s\nrun %s\nonline %s\ncomplete %s\ntrigger %s\nhow %s\n' \
            "$meta_record" "$meta_epoch" "$seq" "$run" "$meta_online" "$complete" "$1" "$2"
        printf 'digest %s\ntpm %s\nvars %s\ncaptured %s\nboot %s\nend\n' \
            "$digest_meta" "$tpm_meta" "$vars_meta" "$clock" "$boot"
    ) >"$new/meta" 2>/dev/null || return 1
    # One call for all: the first fsync takes most of the others' work along.
    set -- "$new/domain.xml" "$new/meta" "$new/tpm2" "$new"
    [ "$vars_sha" = - ] || set -- "$new/vars" "$@"
    [ "$tpm_sha" = - ] || set -- "$new/tpm2/tpm2-00.permall" "$@"
    run sync "$@" &&
        run mv -T "$new" "$spool/$seq"
}

# Whether the open run's end is the line's next tip.
judge_mine() {
    mine=no
    if [ "$line" = Held ] && [ "$run_online" = yes ] && [ "$run_record" = "$record" ] && [ "$run_epoch" = "$epoch" ]; then
        mine=yes
    fi
}

# name_trigger <how>: why the end of a run is captured. One that nobody saw was found by whoever came next.
name_trigger() {
    trigger=Stop
    [ "$after_crash" = no ] || trigger=AgentStart
    [ "$1" != migrated ] || trigger=Migration
}

# save_end <how>: the open run is captured and closed. 1: not written, all as it was.
save_end() {
    judge_mine
    name_trigger "$1"
    if ! capture end || ! commit "$trigger" "$1"; then
        drop_unfinished
        reread_run
        return 1
    fi
    run_state=Closed run_how=$1 run_entry=$seq
    if [ "$mine" = yes ]; then
        if [ "$complete" = yes ]; then
            tip=$digest at=entry:$seq
        elif [ "$run_from" != none ] || [ "$run_started" = yes ] || [ "$tpm_state" != absent ]; then
            line=Lost
        fi
        case $1 in
        migrated | unknown) [ "$line" = Lost ] || line=Left how=$1 ;;
        esac
    fi
    if ! write_vm "$spool"; then
        reread_run
        return 1
    fi
    drop_unfinished
    forget_rescue
}

# A run that began before the hook was here: its end is captured off-line. Until then no host file knows it, and its number may
# become another's: a rescue calls it 0.
run_without_prepare() {
    rescue_run=0
    boot_now
    run=$((run + 1)) run_boot=$boot run_kind=Cold run_started=yes run_state=Open
    [ "$line" = none ] || run_record=$record run_epoch=$epoch
    disown_rescue
}

# disown_rescue: a rescue with the number of a run that only begins is of another one: the numbers began anew after a purge, or
# with the host directory.
disown_rescue() {
    for name in "$tpm_rescue/ended-$run-"*; do
        [ ! -f "$name" ] || run mv -T -- "$name" "$tpm_rescue/ended-0-${name##*-}"
    done
}

# The run as it was before an attempt to close it.
reread_run() {
    read_vm
    [ "$run" -gt 0 ] || run_without_prepare
}

# Claims of captures that were killed: their numbers are spent, their content is nothing.
drop_unfinished() {
    for name in "$root/spool/$uuid"/*.new; do
        [ ! -d "$name" ] || run rm -rf "$name"
    done
}

# The how of a rescue, if one was made for this run.
find_rescue() {
    rescued=
    for name in "$tpm_rescue/ended-$run-"*; do
        [ ! -f "$name" ] || rescued=${name##*-}
    done
}

# Whether the rescue of a run that is not in the host file still waits for somebody to fetch it.
rescue_of_another() {
    for name in "$tpm_rescue"/ended-*; do
        case $name in
        *"/ended-0-"*) [ ! -f "$name" ] || return 0 ;;
        *"/ended-$run-"*) ;;
        *) [ ! -f "$name" ] || return 0 ;;
        esac
    done
    return 1
}

forget_rescue() {
    ! rescue_of_another || return 0
    if [ -d "$tpm_rescue" ]; then run rm -rf "$tpm_rescue"; fi
    if [ "$nvram" != - ] && [ -d "$vars_rescue" ]; then run rm -rf "$vars_rescue"; fi
}

# keep_unknown: no run is known here, as where the host directory was lost. What has a second name only may be all that is left of
# one: it is kept, as the rescue of a run that is not known. 1: it cannot be.
keep_unknown() {
    ! rescue_of_another || return 0
    kept=
    set --
    if [ ! -L "$tpm" ] && only_second "$tpm_rescue/tpm2-00.permall" "$tpm/tpm2-00.permall"; then
        kept=" $tpm_rescue/tpm2-00.permall"
        set -- "$tpm_rescue/tpm2-00.permall"
    fi
    if [ "$nvram" != - ] && only_second "$vars_rescue/vars" "$nvram"; then
        kept="$kept $vars_rescue/vars"
        set -- "$@" "$vars_rescue/vars" "$vars_rescue"
    fi
    if [ $# -eq 0 ]; then
        forget_rescue
        return 0
    fi
    # Lost: nobody saw how it ended, nor that its files are whole.
    run mkdir -p "$tpm_rescue" 2>/dev/null && run sync "$@" && (: >"$tpm_rescue/ended-0-lost") 2>/dev/null &&
        run sync "$tpm_rescue" "${tpm_rescue%/*}" "${tpm_rescue%/*/*}" || return 1
    say "what a run of $domain left of which nothing is known here is kept:$kept. Fetch it, then remove it and $tpm_rescue"
}

# only_second <second name> <first name>: whether the file has only that one.
only_second() {
    [ -f "$1" ] && [ ! -L "$1" ] && [ ! -e "$2" ] && [ ! -L "$2" ]
}

# link_vars: QEMU writes NVRAM in place, so a second name shows the run's own file even after undefine --nvram [libvirt 9.0].
link_vars() {
    if [ "$seen" = yes ] && [ "$nvram" != - ] && [ -f "$nvram" ] && [ ! -L "$nvram" ] && ! rescue_of_another; then
        [ -d "$vars_rescue" ] || run mkdir -p "$vars_rescue"
        run ln -fT -- "$nvram" "$vars_rescue/vars" && run sync "$vars_rescue"
    fi
}

# rescue <how>: second names on the files' own filesystem keep them when libvirt deletes the first ones.
rescue() {
    [ "$seen" = yes ] && ! rescue_of_another || return 1
    look end
    [ "$tpm_state" = plain ] || return 1
    run mkdir -p "$tpm_rescue" 2>/dev/null || return 1
    if [ "$tpm_file" != "$tpm_rescue/tpm2-00.permall" ]; then
        run ln -fT -- "$tpm_file" "$tpm_rescue/tpm2-00.permall" 2>/dev/null || return 1
    fi
    if [ "$vars_state" = plain ] && [ "$vars_file" = "$nvram" ]; then
        run mkdir -p "$vars_rescue" 2>/dev/null &&
            run ln -fT -- "$nvram" "$vars_rescue/vars" 2>/dev/null &&
            run sync "$vars_rescue/vars" "$vars_rescue" || return 1
    fi
    run sync "$tpm_rescue/tpm2-00.permall" "$tpm_rescue" || return 1
    (: >"$tpm_rescue/ended-$rescue_run-$1") 2>/dev/null && run sync "$tpm_rescue" "${tpm_rescue%/*}"
}

# secure <how>: the end of the run is made durable, whatever it takes.
secure() {
    ! save_end "$1" || return 0
    run rm -f "$root/reserve/$uuid"
    ! save_end "$1" || return 0
    if rescue "$1"; then
        say "could not save the state of $domain under $root; it is kept in $tpm_rescue until there is room"
        return 0
    fi
    read_guard
    if [ "$seen" = no ] || [ "$guard" = none ]; then
        say "could not save the state of $domain, which nobody protects"
        return 0
    fi
    hold "$1"
}

# libvirt waits for us, without limit [measured on 9.0]: a stop that cannot be made safe does not return.
hold() {
    held=$volatile/held/$uuid
    now
    say "the stop of $domain is held: its state cannot be saved under $root. Free space, or let it go (and lose the state): touch $held.let-go"
    printf 'format 1\nsince %s\nwhy %s\nend\n' "$clock" "its state can be saved neither under $root nor in ${tpm_rescue%/*}" >"$held.new" &&
        run mv -fT "$held.new" "$held"
    while [ ! -e "$held.let-go" ]; do
        unlock
        run sleep 1
        lock
        reread_run
        [ "$run_state" = Open ] || break
        find_rescue
        if save_end "$1" || rescue "$1"; then break; fi
    done
    run rm -f "$held" "$held.let-go"
}
