package io.tpmkeeper.protocol.operator;

/**
 * A generation that the API server refuses to take: what has to be changed is outside of the protocol, and nothing is decided by
 * it; it is said.
 *
 * @param secret namespace and name of the Secret, without the part that is another one at each try
 * @param cause what the API server said
 */
public record NotWritten(String secret, String cause) {
    /** What is refused, and what to do. Never a part of what is in it: the API server's sentence names objects and limits. */
    String said() {
        return said("");
    }

    /** @param meanwhile what is so until then: a sentence, and a space; or nothing */
    String said(String meanwhile) {
        return "the API server refuses Secret %s: %s %sRaise the quota, or change the admission policy or the rights that refuse it; it is tried again by itself."
                .formatted(secret, cause.endsWith(".") ? cause : cause + ".", meanwhile);
    }
}
