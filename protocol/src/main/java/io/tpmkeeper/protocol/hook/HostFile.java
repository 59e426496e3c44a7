package io.tpmkeeper.protocol.hook;

import org.jspecify.annotations.Nullable;

/** A small host file as its reader finds it. */
public sealed interface HostFile<T> {
    record Missing<T>() implements HostFile<T> {}

    record Unreadable<T>() implements HostFile<T> {}

    record Read<T>(T value) implements HostFile<T> {}

    static <T> HostFile<T> missing() {
        return new Missing<>();
    }

    static <T> HostFile<T> unreadable() {
        return new Unreadable<>();
    }

    static <T> HostFile<T> of(T value) {
        return new Read<>(value);
    }

    default boolean isUnreadable() {
        return this instanceof Unreadable<T>;
    }

    /** Its value, or null where there is none. */
    default @Nullable T valueOrNull() {
        return this instanceof Read<T> read ? read.value() : null;
    }
}
