# The host files of one domain, as variables.

no_vm() {
    record=- epoch=0 order=- line=none how=- tip=none at=- seq=0
    run=0 run_record=- run_epoch=0 run_boot=- run_kind=- run_from=none run_online=no run_started=no
    run_state=- run_how=- run_entry=- run_void=no run_opened=0
}

# read_vm [<uuid>]: line and run. 0: read, or not there (line none, run 0).  2: unreadable.
read_vm() {
    no_vm
    vm_read=yes
    endings='shutdown|destroyed|crashed|saved|migrated|failed|lost|incomplete|unknown'
    read_fields "$root/vm/${1:-$uuid}" record:record:text epoch:epoch:number order:order:text \
        'line:line:none|Held|Tombstone|Left|Lost' 'how:how:migrated|unknown|-' tip:tip:digest at:at:place seq:seq:number \
        run:run:number run-record:run_record:text run-epoch:run_epoch:number run-boot:run_boot:text \
        'run-kind:run_kind:Cold|Incoming|Image|-' run-from:run_from:digest 'run-online:run_online:yes|no' \
        'run-started:run_started:yes|no' 'run-state:run_state:Open|Closed|-' "run-how:run_how:$endings|-" \
        'run-entry:run_entry:text' 'run-void:run_void:yes|no' run-opened:run_opened:number
    case $? in
    0) vm_fits && return ;;
    1) return 0 ;;
    esac
    no_vm
    vm_read=no
    return 2
}

# Whether what was read fits together; io.tpmkeeper.protocol.hostfile.Vm asks the same.
vm_fits() {
    case $at in
    -) ;;
    entry:0) return 1 ;;
    *) [ "$tip" != none ] || return 1 ;;
    esac
    case $line in
    none) [ "$record $epoch $order $how $tip" = '- 0 - - none' ] || return 1 ;;
    *) [ "$record" != - ] && [ "$epoch" -gt 0 ] && [ "$order" != - ] || return 1 ;;
    esac
    case $line/$how in
    none/- | Held/- | Tombstone/- | Lost/- | Left/migrated | Left/unknown) ;;
    *) return 1 ;;
    esac
    case $run_entry in
    -) ;;
    *) is_number "$run_entry" || return 1 ;;
    esac
    if [ "$run" -eq 0 ]; then
        [ "$run_boot $run_kind $run_state $run_how $run_entry" = '- - - - -' ]
        return
    fi
    [ "$run_boot" != - ] && [ "$run_kind" != - ] || return 1
    case $run_state/$run_how/$run_entry in
    Open/-/-) ;;
    Closed/-/*) return 1 ;;
    Closed/*) ;;
    *) return 1 ;;
    esac
}

# write_vm [<more to fsync with it>…]
write_vm() {
    (
        cat_fields='format 1
record %s\nepoch %s\norder %s\nline %s\nhow %s\ntip %s\nat %s\nseq %s
run %s\nrun-record %s\nrun-epoch %s\nrun-boot %s\nrun-kind %s\nrun-from %s\nrun-online %s\nrun-started %s
run-state %s\nrun-how %s\nrun-entry %s\nrun-void %s\nrun-opened %s
end\n'
        # shellcheck disable=SC2059 # the format is the one above
        printf "$cat_fields" "$record" "$epoch" "$order" "$line" "$how" "$tip" "$at" "$seq" \
            "$run" "$run_record" "$run_epoch" "$run_boot" "$run_kind" "$run_from" "$run_online" "$run_started" \
            "$run_state" "$run_how" "$run_entry" "$run_void" "$run_opened" >"$root/vm/$uuid.new"
    ) 2>/dev/null && publish "$root/vm/$uuid" "$@"
}

# Where the domain's files are. seen=yes only if the agent has written it for a domain of this name; has_tpm=no only then.
read_domain() {
    seen=no has_tpm=yes unseen=missing tpm=- nvram=- domain_name=
    if read_fields "$root/domain/$uuid" name:domain_name:text tpm:tpm:path nvram:nvram:path firmware:firmware:path; then
        if [ "$domain_name" = "$domain" ]; then
            seen=yes
            [ "$tpm" != - ] || has_tpm=no
        else
            unseen="written for a domain named '$domain_name'"
        fi
    elif [ -e "$root/domain/$uuid" ] || [ -L "$root/domain/$uuid" ]; then
        unseen=unreadable
    fi
    if [ "$seen" = no ]; then
        tpm=$swtpm/$uuid/tpm2 nvram=-
    fi
    tpm_rescue=${tpm%/*/*}/.tpm-keeper-rescue/$uuid
    vars_rescue=${nvram%/*}/.tpm-keeper-rescue/$uuid
}

# guard: enforce, warn or off; none: not protected. index=unreadable where that cannot be told.
read_guard() {
    guard=none index=unreadable
    if [ -f "$root/index" ]; then
        index_lines=$(become grep -n -e '^format ' -e '^cluster .' -e "^$uuid " "$root/index")
        index_end=$(become tail -n 1 "$root/index")
        case $index_end/$index_lines in
        "end/1:format 1${newline}2:cluster "*) index=readable ;;
        esac
        # What is left: the cluster's id, and our own line if there is one.
        case ${index_lines#*"${newline}2:cluster "} in
        *"$newline"*"$newline"*) index=unreadable ;;
        *"$newline"*":$uuid enforce") guard=enforce ;;
        *"$newline"*":$uuid warn") guard=warn ;;
        *"$newline"*":$uuid off") guard=off ;;
        *"$newline"*) index=unreadable ;;
        esac
    fi
    if [ "$index" = unreadable ]; then
        guard=enforce
    elif [ "$guard" = none ] && [ "$line$vm_read" != noneyes ]; then
        # A line is here, or may be.
        guard=enforce
    fi
}

read_wait() {
    config_wait=20
    read_fields "$root/config" wait:config_wait:number || config_wait=20
    wait_seconds=$config_wait
}

# The domain's XML, as libvirt gave it, into a file. Its first lines were read already.
write_xml() {
    {
        printf '%s\n%s\n%s\n' "$xml_1" "$xml_2" "$xml_3"
        run dd bs=65536 count="$xml_limit" iflag=fullblock,count_bytes status=none
    } >"$1"
}
