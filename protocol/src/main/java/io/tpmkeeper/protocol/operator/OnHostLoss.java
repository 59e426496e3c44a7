package io.tpmkeeper.protocol.operator;

/**
 * When a holder that does not answer is passed over without asking anybody.
 *
 * @param after seconds, with {@link When#AFTER}
 */
public record OnHostLoss(When when, long after) {
    public static final OnHostLoss WHEN_FENCED = new OnHostLoss(When.FENCED, 0);

    /** What has to be so. */
    public enum When {
        /** A person decides each time. */
        NEVER,
        /** An administrator said that the node is off: the out-of-service taint, or its Node is gone. */
        FENCED,
        /** Its Node is not ready and its agent silent, for some time. It may run all the same: a fork is accepted. */
        AFTER
    }

    /** Whether this node counts as dead. */
    boolean isDead(NodeView node) {
        return !node.alive()
                && switch (when) {
                    case NEVER -> false;
                    case FENCED -> node.fenced();
                    case AFTER -> node.fenced() || node.downFor() >= after;
                };
    }
}
