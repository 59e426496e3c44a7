package io.tpmkeeper.api;

/** Names that more than one resource bears. Part of the API: a name here is never changed, only added to. */
public final class ApiGroup {
    public static final String GROUP = "tpmkeeper.io";
    public static final String VERSION = "v1alpha1";

    /** On a VmTpmState: something of it is still in the cluster or on a host. */
    public static final String STATE_FINALIZER = GROUP + "/state-cleanup";

    /** On a VmTpmGrant: something of the domain is on that host. */
    public static final String GRANT_FINALIZER = GROUP + "/host-residue";

    /** On a generation Secret that is current, pinned or referred to. */
    public static final String GENERATION_FINALIZER = GROUP + "/kept";

    /** On a VmTpmClass, with the value {@code "true"}: it rules where no class is named. Of several the newest wins. */
    public static final String DEFAULT_CLASS_ANNOTATION = GROUP + "/is-default-class";

    /** On a VmTpmState: asks for a capture now. Its value is any id; {@code status.requestedCapture} repeats it with the answer. */
    public static final String CAPTURE_REQUEST_ANNOTATION = GROUP + "/capture-request";

    /** On a VmTpmRecord while it belongs in the index; its value is a {@link io.tpmkeeper.protocol.Guard}'s word. */
    public static final String GUARD_LABEL = GROUP + "/guard";

    private ApiGroup() {}
}
