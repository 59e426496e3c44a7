# prepare: go, or ask.

# deny <name> <detail> <reason of the request, or now: nobody's answer helps>
deny() {
    verdict=deny refusal=$1 reason=$3
    explain "$1" "$2"
}

# open_run <kind> <on-line?> <from>
open_run() {
    if [ -e "$root/journal/$uuid" ]; then withdraw "$root/journal/$uuid"; fi
    # What a killed install had not put in place yet.
    for name in "$tpm.tpm-keeper-new" "$nvram.tpm-keeper-new"; do
        [ ! -e "$name" ] || run rm -rf -- "$name"
    done
    boot_now
    now
    run=$((run + 1)) run_record=- run_epoch=0 run_boot=$boot run_kind=$1 run_from=$3 run_online=$2 run_started=no
    run_state=Open run_how=- run_entry=- run_void=no run_opened=$clock
    disown_rescue
    [ "$line" = none ] || run_record=$record run_epoch=$epoch
    write_vm
}

# recover: libvirt is starting the domain, so an open run is dead; what it left is captured as its end.
# 1: it cannot be written.
recover() {
    [ "$run_state" = Open ] || return 0
    after_crash=yes
    find_rescue
    if [ -n "$rescued" ]; then
        end_how=$rescued after_crash=no
    else
        how_lost
    fi
    save_end "$end_how" && return
    run rm -f "$root/reserve/$uuid"
    save_end "$end_how"
}

# decide: verdict := go (the run is open, or the domain has no TPM) or deny. Begun again from the top after each wait.
decide() {
    verdict=go
    read_domain
    [ "$has_tpm" = yes ] || return
    read_vm || { deny HostFileUnreadable "$root/vm/$uuid" now && return; }
    # A second name left behind by a call that was killed must not be taken for the next run's.
    case $run_state in
    Open) ;;
    Closed) forget_rescue ;;
    *) keep_unknown || { deny NoSpace "what a run left that is not known here cannot be kept in $tpm_rescue" now && return; } ;;
    esac
    replay || { deny HostFileUnreadable "$root/journal/$uuid" now && return; }
    recover || { deny NoSpace "its last run's end is not saved yet" now && return; }
    case $kind/$line in
    Unknown/*) deny HostFileUnreadable "$volatile/incoming/$uuid" now ;;
    Incoming/*) begin Incoming no none ;;
    Image/Held) begin Image no none ;;
    */none)
        read_guard
        if [ "$index" = unreadable ]; then
            deny IndexMissing - line
        elif [ "$guard" = none ]; then
            begin "$kind" no none
        else
            deny LineElsewhere 'it was never given to it' line
        fi
        ;;
    */Tombstone) deny LineElsewhere 'it was taken back' line ;;
    */Left) deny LineLeft "$how" line ;;
    */Lost) deny LineLost - line ;;
    Cold/Held)
        if [ "$seen" = yes ]; then start_from_tip; else deny DomainUnknown "$unseen" domain; fi
        ;;
    esac
}

# begin <kind> <on-line?> <from>
begin() {
    open_run "$@" || deny NoSpace "$root/vm cannot be written" now
}

start_from_tip() {
    read_live
    accept_what_lies_there || { deny NoSpace 'what was accepted cannot be saved' now && return; }
    size=$((tpm_size + vars_size))
    if { [ "$tip" = none ] || [ "$live" != "$tip" ]; } && nvram_of_another; then
        deny NvramOfAnother "$owner" now
        return
    fi
    if [ "$tip" = none ]; then
        size=0
        if [ "$tpm_state/$vars_state" != absent/absent ]; then
            put_aside 'nothing was ever saved of this domain, and what lay there is not its own' ||
                { deny NoSpace 'what lies there cannot be put aside' now && return; }
        fi
    elif [ "$live" != "$tip" ]; then
        displaced=$live
        install_tip
        case $? in
        1) deny ContentMissing "$tip" content && return ;;
        2) deny NoSpace 'the state to start from cannot be put in place' now && return ;;
        esac
        size=$staged_size
        [ "$displaced" = none ] || [ "$displaced" = odd ] || offer "$displaced"
    fi
    reserve "$size" || { deny NoSpace "$root/reserve cannot be filled" now && return; }
    begin Cold yes "$tip"
}

# offer <digest>: how an administrator who changed the files on purpose says so.
offer() {
    say "if the files of $domain were changed on purpose, put them back and run: printf 'format 1\\ntip $tip\\nlive $1\\nend\\n' > $volatile/accept-live/$uuid"
}

# accept_what_lies_there: an administrator's word for what lies there, if it names exactly what it replaces and what lies there.
# Good for one start, used or not.
accept_what_lies_there() {
    accepted=$volatile/accept-live/$uuid accepted_tip=none accepted_live=none
    read_fields "$accepted" tip:accepted_tip:digest live:accepted_live:digest
    case $? in
    0) ;;
    1) return 0 ;;
    2) run rm -f "$accepted" && return ;;
    esac
    if [ "$accepted_tip" = "$tip" ] && [ "$accepted_live" = "$live" ] && [ "$live" != none ] && [ "$live" != "$tip" ]; then
        mine=yes after_crash=no
        if ! capture live || [ "$digest" != "$live" ] || [ "$complete" = no ]; then
            drop_unfinished
            say 'what was accepted is not a whole state'
        elif commit Accept -; then
            tip=$digest at=entry:$seq
            write_vm "$spool" || return 1
        else
            drop_unfinished
            return 1
        fi
    fi
    run rm -f "$accepted"
}

# prepare: kind from the marker that migrate or restore left: of the same libvirtd, no older than 5 s, good for once.
take_marker() {
    kind=Cold
    marker=$volatile/incoming/$uuid marker_kind=Cold marker_libvirtd=- marker_since=0
    read_fields "$marker" 'kind:marker_kind:Incoming|Image' libvirtd:marker_libvirtd:text since:marker_since:number
    case $? in
    0)
        this_libvirtd
        uptime_now
        if [ "$marker_libvirtd" = "$libvirtd" ] && [ $((uptime_seconds - marker_since)) -le 5 ]; then kind=$marker_kind; fi
        ;;
    1) return ;;
    2) kind=Unknown ;;
    esac
    run rm -rf "$marker"
}

# The process that calls us: its number, and when it started, since numbers come again.
this_libvirtd() {
    read -r process <"/proc/$PPID/stat"
    # shellcheck disable=SC2086 # fields
    set -- ${process##*) }
    libvirtd="$PPID ${20}"
}

# ask_with <reason> <seconds that it waits, 0: nothing waits>: the request, rewritten only if it says something new.
ask_with() {
    [ "$asked" != "$1/$2/$refusal" ] || return 0
    asked=$1/$2/$refusal
    desk
    [ -n "$request_id" ] || read -r request_id </proc/sys/kernel/random/uuid
    [ -n "$request_since" ] || { now && request_since=$clock; }
    if [ ! -f "$desk/xml" ]; then
        [ -z "$xml_1" ] || write_xml "$desk/xml"
        xml_1=
    fi
    (
        printf 'format 1\nid %s\nreason %s\nkind %s\nwait %s\nsince %s\nmissing %s\nend\n' \
            "$request_id" "$1" "$kind" "$2" "$request_since" "$missing"
        [ ! -f "$desk/xml" ] || become cat "$desk/xml"
    ) >"$root/request/$uuid.new" 2>/dev/null && publish "$root/request/$uuid"
}

# wait_for_change: until something that the decision reads is another, or the time is up (1).
wait_for_change() {
    unlock
    while :; do
        change=$(become stat -c '%n %i %z' "$root/vm/$uuid" "$root/domain/$uuid" "$root/delivery/$uuid" "$root/spool/$uuid" \
            "$root/index" "$volatile/break-glass" "$volatile/accept-live/$uuid" 2>/dev/null)
        if [ "$change" != "$known" ]; then
            known=$change
            return 0
        fi
        uptime_now
        [ "$uptime_seconds" -lt "$deadline" ] || return 1
        # Neither sh nor coreutils can wait for a file to change, and the hook may need nothing that a host does not have for certain. An
        # answer is noticed a tenth of a second late at most, beside the seconds that a start takes.
        run sleep 0.1
    done
}

# write_refusal <let through by, or -> <consumed?>
write_refusal() {
    [ -n "$request_id" ] || read -r request_id </proc/sys/kernel/random/uuid
    now
    (
        printf 'format 1\nid %s\nreason %s\nwhen %s\nmissing %s. %s\npassed-by %s\nconsumed %s\nend\n' \
            "$request_id" "$refusal" "$clock" "$missing" "$todo" "$1" "$2" >"$root/refused/$uuid.new"
    ) 2>/dev/null && publish "$root/refused/$uuid"
}

prepare() {
    take_marker
    read_wait
    uptime_now
    deadline=$((uptime_seconds + wait_seconds))
    known='' asked='' request_id='' request_since='' patience=yes
    [ "$wait_seconds" -gt 0 ] || patience=no
    while :; do
        lock
        decide
        [ "$verdict" = deny ] || break
        read_guard
        if [ -e "$volatile/break-glass" ]; then
            pass break-glass && return
        elif [ "$guard" = none ] || [ "$guard" = off ]; then
            pass "$guard" && return
        elif [ "$reason" = now ] || [ "$patience" = no ]; then
            [ "$guard" != warn ] || { pass warn && return; }
            refuse
            return 1
        fi
        ask_with "$reason" "$wait_seconds"
        wait_for_change || patience=no
    done
    [ "$has_tpm" = yes ] || return 0
    if [ -e "$root/refused/$uuid" ]; then withdraw "$root/refused/$uuid"; fi
    settle_request
}

# A domain that the agent has not seen is handed over without waiting; any other request has been answered.
settle_request() {
    if [ "$seen" = no ]; then
        refusal=DomainUnknown
        explain DomainUnknown "$unseen"
        ask_with domain 0
    elif [ -e "$root/request/$uuid" ]; then
        withdraw "$root/request/$uuid"
    fi
}

# take_answer: the operator's word for why this very start is not served says more than we know.
take_answer() {
    answer_request=- answer_message=-
    read_fields "$root/answer/$uuid" request:answer_request:text message:answer_message:text || return 0
    [ "$answer_request" != "$request_id" ] || missing=${answer_message%.}
}

refuse() {
    take_answer
    write_refusal - no
    if [ -e "$root/request/$uuid" ]; then withdraw "$root/request/$uuid"; fi
    say "$refusal: $missing. $todo"
}

# pass <by>: what would be refused starts off-line, and that is noted. An end that could not be saved is lost with it.
pass() {
    say "$refusal, let through by ${1}: $missing"
    if [ "$1" = none ] || ! write_refusal "$1" yes; then run rm -f "$root/refused/$uuid"; fi
    [ "$kind" != Unknown ] || kind=Incoming
    if [ "$vm_read" = yes ]; then
        if [ "$run_state" = Open ]; then
            judge_mine
            [ "$mine" = no ] || line=Lost
        fi
        open_run "$kind" no none || say "the run of $domain could not be noted"
    fi
    settle_request
}
