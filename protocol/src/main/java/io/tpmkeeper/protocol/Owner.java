package io.tpmkeeper.protocol;

/** The VmTpmState that a record belongs to. @param uid of the object, so that one made again is another owner */
public record Owner(String namespace, String name, String uid) {
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
