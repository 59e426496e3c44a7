package io.tpmkeeper.operator.generation;

import io.fabric8.kubernetes.api.model.Secret;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** A Secret's data as bytes, and back. */
final class SecretData {
    private SecretData() {}

    static Map<String, byte[]> of(Secret secret) {
        Map<String, byte[]> raw = new HashMap<>();
        if (secret.getData() != null) {
            secret.getData()
                    .forEach((key, value) -> raw.put(key, Base64.getDecoder().decode(value)));
        }
        return raw;
    }

    static Map<String, String> encoded(Map<String, byte[]> raw) {
        Map<String, String> data = new HashMap<>();
        raw.forEach((key, value) -> data.put(key, Base64.getEncoder().encodeToString(value)));
        return data;
    }
}
