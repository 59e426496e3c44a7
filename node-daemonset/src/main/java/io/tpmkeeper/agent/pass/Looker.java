package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.host.FoundState;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.host.Lying;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Looks at what lies in domains' own files, and reads it again only when something of it changed. */
final class Looker {
    private final Host host;
    private final Map<String, Remembered> seen = new ConcurrentHashMap<>();

    Looker(Host host) {
        this.host = host;
    }

    /** @param digest of what could be read, whole or not. @param failures what is wrong with files that are there */
    record Look(
            Lying lying, @Nullable Digest digest, @Nullable String failures) {}

    private record Remembered(String mark, Look look) {}

    Look live(String uuid, DomainPaths paths) {
        String mark = mark(paths);
        Remembered before = seen.get(uuid);
        if (before != null && before.mark.equals(mark)) {
            return before.look;
        }
        FoundState found = host.states().live(uuid, paths);
        Look look = new Look(
                found.lying(paths), found.marks().digest(), found.failures().orElse(null));
        seen.put(uuid, new Remembered(mark, look));
        return look;
    }

    /** Of both files. */
    String mark(DomainPaths paths) {
        return mark(paths.tpm() == null ? null : paths.tpm() + "/tpm2-00.permall") + mark(paths.nvram());
    }

    /** Changes whenever the file's content, name or attributes do: ctime cannot be set by anybody. */
    private static String mark(@Nullable String path) {
        if (path == null) {
            return "none;";
        }
        try {
            Map<String, Object> stat = Files.readAttributes(
                    Path.of(path), "unix:ino,dev,ctime,size,nlink,mode", LinkOption.NOFOLLOW_LINKS);
            return path + new java.util.TreeMap<>(stat) + ";";
        } catch (IOException e) {
            return path + " absent;";
        }
    }
}
