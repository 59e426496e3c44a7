package io.tpmkeeper.api;

/** Labels and annotations on Secrets with state. Labels choose, annotations tell; the manifest inside is what counts. */
public final class Marks {
    public static final String TYPE = ApiGroup.GROUP + "/state";
    public static final String DOMAIN = ApiGroup.GROUP + "/domain-uuid";
    public static final String KIND = ApiGroup.GROUP + "/kind";
    public static final String KIND_INBOX = "inbox";
    public static final String KIND_DELIVERY = "delivery";
    public static final String KIND_GENERATION = "generation";
    public static final String NODE = ApiGroup.GROUP + "/node";
    public static final String GENERATION = ApiGroup.GROUP + "/generation";
    public static final String RECORD = ApiGroup.GROUP + "/record-uid";
    public static final String DIGEST = ApiGroup.GROUP + "/digest";
    public static final String EPOCH = ApiGroup.GROUP + "/epoch";
    public static final String SEQ = ApiGroup.GROUP + "/seq";
    public static final String TRIGGER = ApiGroup.GROUP + "/trigger";
    public static final String SOURCE = ApiGroup.GROUP + "/source";
    public static final String CAPTURED_AT = ApiGroup.GROUP + "/captured-at";
    /** On an upload: {@code true} if the run that it is of was on-line. */
    public static final String ONLINE = ApiGroup.GROUP + "/online";
    /** On a generation: {@code true} if it was made to be kept for a restore only, not to become current. */
    public static final String CANDIDATE = ApiGroup.GROUP + "/candidate";
    /** On a generation: SHA-256 of each file and, where another generation's Secret holds it, the name of that, as JSON. */
    public static final String FILES = ApiGroup.GROUP + "/files";
    /** On an upload and its generation: the steps of the capture, as JSON. */
    public static final String STEPS = ApiGroup.GROUP + "/steps";

    private Marks() {}
}
