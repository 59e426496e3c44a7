package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/** The VmTpmState that a record belongs to. @param uid of the object, so that one made again is another owner */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Owner(String namespace, String name, String uid) {
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
