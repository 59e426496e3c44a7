package io.tpmkeeper.protocol.operator;

/**
 * A generation that the API server refuses to take: what has to be changed is outside of the protocol, and nothing is decided by
 * it; it is said.
 *
 * @param secret namespace and name of the Secret, without the part that is another one at each try
 * @param cause what the API server said
 */
public record NotWritten(String secret, String cause) {}
