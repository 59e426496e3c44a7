package io.tpmkeeper.agent;

/**
 * The revision of the API server's storage went back: an older backup was put in place. A watch that was begun before goes on as if
 * nothing had happened, and is told nothing until revisions have caught up: <a
 * href="https://github.com/kubernetes/kubernetes/issues/107457">kubernetes#107457</a>. So everything is to be listed anew.
 */
final class RestoredClusterException extends Exception {
    private static final long serialVersionUID = 1L;

    RestoredClusterException() {
        super(
                "The API server's storage was restored from an older backup; the agent begins anew, since its watches would miss what"
                        + " changes now.");
    }
}
