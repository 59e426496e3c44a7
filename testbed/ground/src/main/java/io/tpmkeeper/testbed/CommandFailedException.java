package io.tpmkeeper.testbed;

/** A command that had to succeed did not. */
public final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailedException(Result result) {
        super("`%s` exited with %d: %s%s"
                .formatted(String.join(" ", result.command()), result.exit(), result.stderr(), result.stdout()));
    }
}
