package io.tpmkeeper.agent.host;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when running domains write their state (inotify on its directories): swtpm renames a new file over permall, QEMU writes NVRAM
 * in place. Only a hint: what changed is seen by the next pass all the same, if later.
 */
public final class StateWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StateWatch.class);

    private final WatchService watch;
    private final Map<Path, WatchKey> followed = new HashMap<>();
    private volatile Map<Path, String> files = Map.of();

    /** @param changed called with the UUID of a domain of which a file changed */
    public StateWatch(Consumer<String> changed) throws IOException {
        watch = FileSystems.getDefault().newWatchService();
        Thread.ofPlatform().name("state-watch").daemon().start(() -> listen(changed));
    }

    /** @param now the files to follow from here on, each with its domain's UUID */
    public void follow(Map<Path, String> now) {
        files = Map.copyOf(now);
        Set<Path> directories = new HashSet<>();
        now.keySet().forEach(f -> directories.add(Objects.requireNonNull(f.getParent())));
        followed.entrySet().removeIf(each -> {
            // A directory that was made anew has another inode: the key of the old one has become invalid.
            boolean gone =
                    !directories.contains(each.getKey()) || !each.getValue().isValid();
            if (gone) {
                each.getValue().cancel();
            }
            return gone;
        });
        for (Path directory : directories) {
            if (!followed.containsKey(directory)) {
                register(directory);
            }
        }
    }

    private void register(Path directory) {
        try {
            followed.put(
                    directory,
                    directory.register(
                            watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY));
        } catch (IOException e) {
            LOG.atDebug()
                    .addKeyValue("path", directory)
                    .addKeyValue("cause", FileTrouble.shown(e))
                    .log("is not watched; the periodic pass goes on");
        }
    }

    private void listen(Consumer<String> changed) {
        try {
            while (true) {
                WatchKey key = watch.take();
                Path directory = (Path) key.watchable();
                Set<String> uuids = new HashSet<>();
                key.pollEvents().forEach(e -> {
                    if (e.context() instanceof Path name) {
                        String uuid = files.get(directory.resolve(name));
                        if (uuid != null) {
                            uuids.add(uuid);
                        }
                    } else {
                        // So much happened that the kernel did not keep it.
                        uuids.addAll(files.values());
                    }
                });
                boolean unused = key.reset();
                uuids.forEach(changed);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ClosedWatchServiceException e) {
            LOG.debug("the watch ends");
        }
    }

    @Override
    public void close() throws IOException {
        watch.close();
    }
}
