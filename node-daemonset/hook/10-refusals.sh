# Every refusal: its name, what is missing, and what to do. docs/host-layout.md has a paragraph for each.
# explain <name> <detail>: sets missing and todo.
explain() {
    case $1 in
    LineElsewhere) missing="the right to start this domain is not on this host ($2)" todo="the operator gives it when it can reach the host that had it; see the VmTpmState's conditions" ;;
    LineLeft) missing="the domain's last run here ended as '$2', so it may be running on another host" todo="the operator takes the right back once the other hosts have answered; see the VmTpmState's conditions" ;;
    LineLost) missing="the state that the last run left here is torn or incomplete" todo="see the VmTpmState's pending decision; spool/$uuid on this host holds what could be read" ;;
    ContentMissing) missing="the state to start from, $2, is not on this host" todo="the agent fetches it from the cluster; see whether agent and API server can be reached" ;;
    IndexMissing) missing="this host cannot tell whether the domain is protected: $root/index is missing or unreadable" todo="the agent writes it; see whether it runs and reaches the API server" ;;
    HostFileUnreadable) missing="$2 cannot be read" todo="the agent reports it; docs/host-layout.md says how to put it right by hand" ;;
    NoSpace) missing="there is no room to save this domain's state when it stops ($2)" todo="free space on the filesystem of $root" ;;
    ImageOfThePast) missing="the saved image holds an older TPM than the domain has had since" todo="the image was left where it is; start the domain cold (virsh start --force-boot for a managed save), or give it up with virsh managedsave-remove" ;;
    NvramOfAnother) missing="its NVRAM file, $nvram, is that of domain $2, too, of which nothing is saved that this file could be had from again" todo="stop that domain, or start it and stop it once, which saves it; or give one of the two another NVRAM file" ;;
    DomainUnknown) missing="the agent has not seen this domain's definition ($2)" todo="it reads it from $root/request as soon as it runs" ;;
    esac
    case $1 in
    # Let through all the same, it would write over what is to be kept.
    ImageOfThePast | NvramOfAnother) ;;
    *) todo="$todo; in an emergency $volatile/break-glass lets every start through" ;;
    esac
}
