package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.host.FileTrouble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a person is told of a host directory that cannot be used. */
public final class HostDirectory {
    private static final String ADVICE =
            "Virtual machines run on, and their ends are kept beside libvirt's files or their stops are held. Make it writable for root; the agent goes on by itself.";

    private HostDirectory() {}

    /** @return null: all can be written to */
    static @Nullable String trouble(List<Path> readOnly) {
        return readOnly.isEmpty()
                ? null
                : "The host directory cannot be written to: %s. %s"
                        .formatted(readOnly.stream().map(Path::toString).collect(Collectors.joining(", ")), ADVICE);
    }

    public static String trouble(IOException failure) {
        return "The host directory cannot be used: %s. %s".formatted(FileTrouble.shown(failure), ADVICE);
    }
}
