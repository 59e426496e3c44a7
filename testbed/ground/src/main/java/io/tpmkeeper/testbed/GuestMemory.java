package io.tpmkeeper.testbed;

import java.util.List;
import java.util.Optional;

/**
 * What a guest still knows: the TPM's counter (each reading increments it), the secret that its TPM unseals, and its EFI
 * variable. Empty where it is missing; then {@code said} has the reason.
 */
public record GuestMemory(
        Optional<Long> counter, Optional<String> secret, Optional<String> variable, List<String> said) {

    static GuestMemory of(List<String> said) {
        return new GuestMemory(
                value(said, "counter").map(Long::valueOf), value(said, "secret"), value(said, "variable"), said);
    }

    private static Optional<String> value(List<String> said, String name) {
        String prefix = name + " ";
        return said.stream()
                .filter(line -> line.startsWith(prefix) && !line.startsWith(name + " missing:"))
                .map(line -> line.substring(prefix.length()))
                .findFirst();
    }
}
