package io.tpmkeeper.agent.host;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** The lock of each domain, which the hook takes by flock(1). */
public final class DomainLocks {
    private final HostPaths paths;

    public DomainLocks(HostPaths paths) {
        this.paths = paths;
    }

    /** A lock that is held. */
    public static final class Held implements AutoCloseable {
        private final int fd;

        private Held(int fd) {
            this.fd = fd;
        }

        @Override
        public void close() {
            LibC.INSTANCE.close(fd);
        }
    }

    /**
     * Takes the domain's lock, unless the hook keeps it for longer than {@code patience}. The kernel tells nobody that a flock was
     * let go, and a call that blocks could not be taken back, so it is tried again.
     */
    public Optional<Held> take(String uuid, Duration patience) throws IOException {
        int fd = LibC.INSTANCE.open(
                paths.of("lock", uuid).toString(), LibC.O_RDWR | LibC.O_CREAT | LibC.O_CLOEXEC | LibC.noFollow(), 0600);
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                LibC.INSTANCE.flock(fd, LibC.LOCK_EX | LibC.LOCK_NB);
                return Optional.of(new Held(fd));
            } catch (LastErrorException e) {
                if (e.getErrorCode() != LibC.EWOULDBLOCK || System.nanoTime() - until >= 0) {
                    LibC.INSTANCE.close(fd);
                    if (e.getErrorCode() != LibC.EWOULDBLOCK) {
                        throw new IOException("lock of " + uuid + ": " + e.getMessage(), e);
                    }
                    return Optional.empty();
                }
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
