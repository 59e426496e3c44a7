package io.tpmkeeper.agent.host;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of what the hook writes, as soon as it is there (inotify). */
public final class HostWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostWatch.class);

    private final WatchService watch;

    /**
     * @param hints directories of others of which a change is worth a look, such as libvirt's definitions: libvirt-java has no
     *     event for a change of a domain's metadata. One that is not there is left out
     */
    public HostWatch(HostPaths paths, List<Path> hints, Runnable changed) throws IOException {
        watch = paths.root().getFileSystem().newWatchService();
        for (String kind : HostPaths.WATCHED) {
            register(paths.root().resolve(kind));
        }
        register(paths.run().resolve("held"));
        for (Path hint : hints) {
            if (Files.isDirectory(hint)) {
                register(hint);
            }
        }
        Thread.ofPlatform().name("host-watch").daemon().start(() -> listen(changed));
    }

    private void register(Path directory) throws IOException {
        directory.register(
                watch,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_DELETE,
                StandardWatchEventKinds.ENTRY_MODIFY);
    }

    private void listen(Runnable changed) {
        try {
            while (true) {
                WatchKey key = watch.take();
                // A ".new" is still being written; the rename that ends it is another event.
                boolean matters = key.pollEvents().stream()
                        .anyMatch(e ->
                                e.context() == null || !e.context().toString().endsWith(".new"));
                if (!key.reset()) {
                    LOG.atWarn().addKeyValue("path", key.watchable()).log("is gone; the periodic pass goes on");
                }
                if (matters) {
                    changed.run();
                }
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
