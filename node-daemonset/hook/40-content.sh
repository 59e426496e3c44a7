# What lies where, and what it is called. A state is named by SHA-256 over one line for each file that counts.

# judge <path> <own other name or -> <limit>: sets judged to absent, odd or plain, and judged_size, from stat's lines.
# Plain: a regular file within the limit that has no name but ours. A symlink, device, FIFO or foreign hard link is odd.
judge() {
    judged=absent judged_size=0
    if [ -L "$1" ]; then judged=odd && return; fi
    [ -e "$1" ] || return
    judged=odd
    [ -f "$1" ] || return
    inode='' names=0 own=1
    while IFS=' ' read -r stat_inode stat_names stat_size _ stat_path; do
        [ "$stat_path" != "$1" ] || inode=$stat_inode names=$stat_names judged_size=$stat_size
    done <<EOF
$stats
EOF
    while IFS=' ' read -r stat_inode stat_names stat_size _ stat_path; do
        if [ "$stat_path" = "$2" ] && [ "$stat_inode" = "$inode" ]; then own=2; fi
    done <<EOF
$stats
EOF
    if [ -n "$inode" ] && [ "$names" -le "$own" ] && [ "$judged_size" -le "$3" ]; then judged=plain; fi
}

# look <where>: live, or end (of a run: what a rescue put aside, and the NVRAM that the run wrote, whatever its name is now).
# Sets tpm_file, vars_file, and for each its state and size.
look() {
    tpm_file=$tpm/tpm2-00.permall vars_file=$nvram tpm_other=$tpm_rescue/tpm2-00.permall vars_other=$vars_rescue/vars
    if [ "$1" = end ]; then
        if [ -n "$rescued" ]; then tpm_file=$tpm_other tpm_other=$tpm/tpm2-00.permall; fi
        if [ -e "$vars_other" ] && ! rescue_of_another; then vars_file=$vars_other vars_other=$nvram; fi
    fi
    stats=$(become stat -c '%i %h %s %Y %n' -- "$tpm_file" "$tpm_other" "$vars_file" "$vars_other" \
        "$root/reserve/$uuid" "${new:-/}" 2>/dev/null)
    judge "$tpm_file" "$tpm_other" "$tpm_limit"
    tpm_state=$judged tpm_size=$judged_size
    if [ "$tpm_file" = "$tpm/tpm2-00.permall" ] && [ -L "$tpm" ]; then tpm_state=odd; fi
    vars_state=absent vars_size=0
    if [ "$nvram" != - ]; then
        judge "$vars_file" "$vars_other" "$vars_limit"
        vars_state=$judged vars_size=$judged_size
    fi
}

# copy <from> <to> <limit>: never follows a link, never waits at a FIFO, never reads more than it should. Not fsynced.
copy() {
    run dd if="$1" of="$2" bs=1048576 count=$(($3 + 1)) iflag=nofollow,nonblock,fullblock,count_bytes \
        oflag=nofollow status=none 2>/dev/null
}

# name_state: digest, or none, from tpm_sha tpm_size vars_sha vars_size; - for a kind that is not there.
name_state() {
    digest=none
    case $tpm_sha/$vars_sha in
    -/-) return ;;
    */-) lines="tpm2/tpm2-00.permall $tpm_size $tpm_sha" ;;
    -/*) lines="vars $vars_size $vars_sha" ;;
    *) lines="tpm2/tpm2-00.permall $tpm_size $tpm_sha
vars $vars_size $vars_sha" ;;
    esac
    digest=$(
        become sha256sum <<EOF
$lines
EOF
    )
    digest=${digest%% *}
}

# read_live: live := the digest of what lies there, none, or odd.
read_live() {
    look live
    tpm_sha=- vars_sha=- live=odd
    if [ "$tpm_state" = odd ] || [ "$vars_state" = odd ]; then return; fi
    desk
    live_tpm=- live_vars=-
    if [ "$tpm_state" = plain ]; then
        live_tpm=$desk/tpm
        copy "$tpm_file" "$live_tpm" "$tpm_limit" || return
    fi
    if [ "$vars_state" = plain ]; then
        live_vars=$desk/vars
        copy "$vars_file" "$live_vars" "$vars_limit" || return
    fi
    sum "$live_tpm" "$live_vars" || return
    name_state
    live=$digest
}

# sum <tpm> <vars> [<tpm again> <vars again>]: their SHA-256 into tpm_sha, vars_sha…; - for a file that is not there.
sum() {
    sum_tpm=$1 sum_vars=$2 sum_tpm_again=${3:--} sum_vars_again=${4:--}
    tpm_sha=- vars_sha=- tpm_again=- vars_again=-
    set --
    for sum_path in "$sum_tpm" "$sum_vars" "$sum_tpm_again" "$sum_vars_again"; do
        [ "$sum_path" = - ] || set -- "$@" "$sum_path"
    done
    [ $# -gt 0 ] || return 0
    sums=$(become sha256sum -- "$@") || return 1
    while IFS=' ' read -r sum_sha sum_path; do
        case $sum_path in
        "$sum_tpm") tpm_sha=$sum_sha ;;
        "$sum_vars") vars_sha=$sum_sha ;;
        "$sum_tpm_again") tpm_again=$sum_sha ;;
        "$sum_vars_again") vars_again=$sum_sha ;;
        esac
    done <<EOF
$sums
EOF
}

# A directory in memory for this call.
desk() {
    desk=$volatile/work/$uuid
    [ -d "$desk" ] || run mkdir "$desk"
}

clear_desk() {
    [ ! -d "$volatile/work/$uuid" ] || run rm -rf "$volatile/work/$uuid"
}
