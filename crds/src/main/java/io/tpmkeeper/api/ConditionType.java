package io.tpmkeeper.api;

/** Every condition that a VmTpmState or a VmTpmNode can bear. {@code docs/conditions.md} lists them; a test holds the page to it. */
public enum ConditionType {
    READY("Ready", Shown.ALWAYS, "The VM's state is protected and nothing needs a person."),
    BOUND("Bound", Shown.ALWAYS, "The VmTpmState has the domain's UUID: a record was made for it."),
    SAVED(
            "Saved",
            Shown.ALWAYS,
            "No ended run is newer than the current generation. During a run: the state that it began from."),
    STARTABLE("Startable", Shown.ALWAYS, "The VM can be started now; the reason says where."),
    STALLED(
            "Stalled",
            Shown.WHILE_ABNORMAL,
            "Nothing goes on until somebody acts. Never True together with Reconciling."),
    RECONCILING(
            "Reconciling",
            Shown.WHILE_ABNORMAL,
            "Work is under way or is tried again. Never True together with Stalled."),
    START_REFUSED(
            "StartRefused",
            Shown.WHILE_ABNORMAL,
            "The last start was refused by a host; goes with the next start that is not."),
    COVERAGE_INCOMPLETE(
            "CoverageIncomplete",
            Shown.WHILE_ABNORMAL,
            "A node has not taken up that the VM is protected: a start there may not be checked. Does not touch Ready."),
    HOOK_ACTIVE("HookActive", Shown.ON_NODES, "libvirt was seen to call this agent's hook."),
    LIBVIRT_CONNECTED("LibvirtConnected", Shown.ON_NODES, "The agent is connected to the node's libvirt."),
    SPACE_AVAILABLE("SpaceAvailable", Shown.ON_NODES, "The host directory has room for the next captures.");

    /** Where and when a condition is there. */
    public enum Shown {
        /** On each VmTpmState, from the operator's first look. */
        ALWAYS,
        /** On a VmTpmState, only while it is True. */
        WHILE_ABNORMAL,
        /** On each VmTpmNode, which has Ready, too. */
        ON_NODES
    }

    private final String word;
    private final Shown shown;
    private final String meaning;

    ConditionType(String word, Shown shown, String meaning) {
        this.word = word;
        this.shown = shown;
        this.meaning = meaning;
    }

    public Shown shown() {
        return shown;
    }

    /** What it means when it is True. */
    public String meaning() {
        return meaning;
    }

    /** The word in the API. */
    @Override
    public String toString() {
        return word;
    }
}
