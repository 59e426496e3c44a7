# What libvirt calls: one function for each operation.

# read_log <bytes>: the end of libvirt's own log of this domain.
read_log() {
    log=
    [ ! -f "$logs/$domain.log" ] || log=$(become tail -c "$1" -- "$logs/$domain.log" 2>/dev/null)
}

# logged_since_start <text before it>: the line whose beginning is the end of this text was stamped after the run's beginning.
# libvirt stamps in UTC: 2026-01-31 12:00:00.123+0000.
logged_since_start() {
    stamp=${1#"${1%????????????????????????????}"}
    case $stamp in
    [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' '[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]+0000) ;;
    *) return 1 ;;
    esac
    year=${stamp%%-*} stamp=${stamp#*-}
    month=${stamp%%-*} stamp=${stamp#*-}
    day=${stamp%% *} stamp=${stamp#* }
    hour=${stamp%%:*} stamp=${stamp#*:}
    minute=${stamp%%:*} stamp=${stamp#*:}
    second=${stamp%%.*}
    year=${year#0} month=${month#0} day=${day#0} hour=${hour#0} minute=${minute#0} second=${second#0}
    # Days since 1970, the year beginning in March.
    if [ "$month" -le 2 ]; then year=$((year - 1)) month=$((month + 12)); fi
    day=$((365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day - 719469))
    [ $((day * 86400 + hour * 3600 + minute * 60 + second)) -ge "$run_opened" ]
}

# end_how: libvirt's word if it gives one to the hook (10.5 and later, to some operations), else the log's last, if that is of
# this run: stamped after its beginning and not before a later start.
how_stopped() {
    end_how=unknown
    said=$extra
    case $said in
    shutdown | destroyed | crashed | saved | migrated | failed) ;;
    *)
        read_log 4096
        said=${log##*: shutting down, reason=}
        [ "$said" != "$log" ] || return
        case $said in
        *': starting up libvirt'*) return ;;
        esac
        said=${said%%"$newline"*}
        logged_since_start "${log%: shutting down, reason=*}" || return
        ;;
    esac
    case $said in
    shutdown | destroyed | crashed | saved | migrated | failed) end_how=$said ;;
    esac
}

# end_how of a run whose end nobody saw: lost; unknown if it may have gone to another host.
how_lost() {
    end_how=lost
    read_log 1048576
    case $log in
    *': initiating migration'*)
        if logged_since_start "${log%: initiating migration*}"; then end_how=unknown; fi
        ;;
    esac
}

# mark_consumed: whether this stopped is that of a refused prepare: libvirt calls it all the same [measured on 9.0].
mark_consumed() {
    [ -e "$root/refused/$uuid" ] || return 1
    refused_when=0 refused_missing='' consumed=yes
    read_fields "$root/refused/$uuid" id:request_id:text reason:refusal:text when:refused_when:number \
        missing:refused_missing:text passed-by:passed_by:text 'consumed:consumed:yes|no' || return 1
    [ "$consumed" = no ] || return 1
    (
        printf 'format 1\nid %s\nreason %s\nwhen %s\nmissing %s\npassed-by %s\nconsumed yes\nend\n' \
            "$request_id" "$refusal" "$refused_when" "$refused_missing" "$passed_by" >"$root/refused/$uuid.new"
    ) 2>/dev/null && publish "$root/refused/$uuid"
    return 0
}

stopped() {
    [ ! -e "$volatile/incoming/$uuid" ] || run rm -rf "$volatile/incoming/$uuid"
    read_domain
    [ "$has_tpm" = yes ] || return 0
    lock
    ! mark_consumed || return 0
    rescued='' after_crash=no
    if ! read_vm; then
        rescue_run=0
        how_stopped
        capture_unread
        return
    fi
    # A prepare that was killed while it installed: nothing ran.
    if [ -e "$root/journal/$uuid" ] && [ "$run_state" != Open ]; then
        forget_rescue
        replay
        return
    fi
    case $run_state in
    Closed) return 0 ;;
    Open)
        rescue_run=$run
        boot_now
        find_rescue
        if [ -n "$rescued" ]; then
            end_how=$rescued
        elif [ "$run_boot" = "$boot" ]; then
            how_stopped
        else
            after_crash=yes
            how_lost
        fi
        ;;
    *)
        look end
        [ "$tpm_state/$vars_state" != absent/absent ] || return 0
        how_stopped
        run_without_prepare
        ;;
    esac
    secure "$end_how"
}

# The line cannot be read: what lies there is kept, the host file is left for the agent to report.
capture_unread() {
    mine=no
    name_trigger "$end_how"
    if capture end && commit "$trigger" "$end_how"; then
        run sync "$spool"
        drop_unfinished
    else
        drop_unfinished
        rescue "$end_how" || say "the state of $domain could not be saved"
    fi
}

# started, and reconnect of an active domain. 1: it must not go on.
started() {
    read_domain
    [ "$has_tpm" = yes ] || return 0
    lock
    if read_vm && [ "$run_state" = Open ]; then
        if [ "$operation" = started ] && [ "$run_kind" = Image ] && [ "$line" = Held ]; then
            judge_image || return 1
        fi
        run_started=yes
        write_vm || say "the run of $domain could not be noted"
    fi
    link_vars
    return 0
}

# The CPUs do not run yet, and the TPM is the image's; NVRAM follows a little later [measured on libvirt 9.0, QEMU 7.2].
# So it is judged by the TPM alone.
judge_image() {
    look live
    tip_tpm=- tpm_sha=-
    desk
    if [ "$seen" = yes ] && [ "$tpm_state" = plain ] && copy "$tpm_file" "$desk/tpm" "$tpm_limit"; then
        if { content_of "$at" || content_of "delivery:$tip"; } && [ -f "$source/tpm2/tpm2-00.permall" ]; then
            sum "$desk/tpm" - "$source/tpm2/tpm2-00.permall" -
            tip_tpm=$tpm_again
        else
            read_live
            [ "$live" != "$tip" ] || tip_tpm=$tpm_sha
        fi
    fi
    if [ "$tpm_sha" != - ] && [ "$tpm_sha" = "$tip_tpm" ]; then
        run_online=yes run_from=$tip
        return 0
    fi
    refusal=ImageOfThePast request_id=''
    explain ImageOfThePast -
    read_guard
    passed_by=-
    if [ -e "$volatile/break-glass" ]; then passed_by=break-glass; elif [ "$guard" != enforce ]; then passed_by=$guard; fi
    write_refusal "$passed_by" yes || run rm -f "$root/refused/$uuid"
    if [ "$passed_by" = - ]; then
        say "$refusal: $missing. $todo"
        return 1
    fi
    say "$refusal, let through by $passed_by: $missing"
}

# migrate and restore filter XML: print nothing. They only say what the next prepare is.
remember() {
    this_libvirtd
    uptime_now
    printf 'format 1\nkind %s\nlibvirtd %s\nsince %s\nend\n' "$1" "$libvirtd" "$uptime_seconds" \
        >"$volatile/incoming/$uuid.new" && run mv -fT "$volatile/incoming/$uuid.new" "$volatile/incoming/$uuid"
}

main() {
    domain=$1 operation=$2 extra=${4:--}
    case $operation in
    prepare | started | reconnect | stopped | migrate | restore) ;;
    *) return 0 ;;
    esac
    # Of the XML only these lines can be trusted: whoever may write a domain's metadata can forge all that follows them.
    xml_1='' xml_2='' xml_3='' uuid='' new=''
    IFS= read -r xml_1 && IFS= read -r xml_2 && IFS= read -r xml_3
    case $xml_2/$xml_3 in
    '  <name>'*'</name>/  <uuid>'*'</uuid>')
        uuid=${xml_3#'  <uuid>'}
        uuid=${uuid%'</uuid>'}
        ;;
    esac
    case $domain in
    tpm-keeper-probe-*)
        [ "$operation" = prepare ] || return 0
        if is_uuid "$uuid"; then
            printf 'tpm-keeper hook %s is live\n' "$version" >&2
        else
            say "hook $version cannot read what this libvirt gives it"
        fi
        return 1
        ;;
    esac
    if ! is_uuid "$uuid"; then
        [ "$operation" = prepare ] && [ ! -e "$volatile/break-glass" ] || return 0
        explain DomainUnknown 'this libvirt gives no UUID in line 3 of its XML'
        say "DomainUnknown: $missing. $todo"
        return 1
    fi
    make_directories
    # What a killed call left in memory.
    clear_desk
    case $operation in
    prepare) prepare ;;
    started | reconnect) started ;;
    stopped) stopped && return 0 ;;
    migrate) remember Incoming && return 0 ;;
    restore) remember Image && return 0 ;;
    esac
    status=$?
    case $operation in
    prepare | started) return "$status" ;;
    esac
    return 0
}

main "$@"
status=$?
[ -z "${uuid-}" ] || clear_desk
exit "$status"
