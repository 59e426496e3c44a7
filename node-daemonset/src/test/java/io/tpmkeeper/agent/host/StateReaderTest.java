package io.tpmkeeper.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StateReaderTest {
    @TempDir
    private Path directory;

    private final StateReader reader = new StateReader();

    private String failure(Path file) {
        return String.valueOf(reader.read(file, 100, null).reading().failure());
    }

    private Path file(String name) throws IOException {
        return Files.writeString(directory.resolve(name), "state");
    }

    @Test
    void aPlainFileIsReadWithItsMark() throws IOException {
        StateReader.Found found = reader.read(file("f"), 100, null);
        assertThat(found.content()).asString().isEqualTo("state");
        assertThat(String.valueOf(found.reading().mark())).endsWith(" 5");
    }

    @Test
    void whatIsNotThereIsNoFailure() {
        assertThat(reader.read(directory.resolve("f"), 100, null)).isEqualTo(StateReader.Found.ABSENT);
    }

    @Test
    void aSymbolicLinkIsNotFollowed() throws IOException {
        assertThat(failure(Files.createSymbolicLink(directory.resolve("l"), file("f"))))
                .isEqualTo("is a symbolic link");
    }

    @Test
    void aDirectoryThatIsASymbolicLinkIsNotFollowed() throws IOException {
        Path real = Files.createDirectory(directory.resolve("real"));
        Files.writeString(real.resolve("f"), "state");
        Path link = Files.createSymbolicLink(directory.resolve("link"), real);
        assertThat(failure(link.resolve("f"))).isEqualTo("lies in a directory that is a symbolic link");
    }

    @Test
    void aFifoIsNotWaitedFor() throws Exception {
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        assertThat(failure(fifo)).isEqualTo("is not a regular file");
    }

    @Test
    void aDeviceIsNotRead() {
        assertThat(failure(Path.of("/dev/zero"))).isEqualTo("is not a regular file");
    }

    @Test
    void anotherHardLinkIsRefusedAndOurOwnIsNot() throws IOException {
        Path file = file("f");
        Path link = Files.createLink(directory.resolve("l"), file);
        assertThat(failure(file)).isEqualTo("has another hard link");
        assertThat(reader.read(file, 100, link).reading().mark()).isNotNull();
        assertThat(reader.read(file, 100, file("other")).reading().failure()).isEqualTo("has another hard link");
    }

    @Test
    void moreThanTheLimitIsNotRead() throws IOException {
        Path file = Files.write(directory.resolve("f"), new byte[101]);
        assertThat(failure(file)).isEqualTo("is larger than 100 bytes");
    }

    @Test
    void theHooksLockAndOursExcludeEachOther() throws Exception {
        Files.createDirectory(directory.resolve("lock"));
        DomainLocks locks = new DomainLocks(new HostPaths(directory, directory));
        Path file = directory.resolve("lock/u");
        ProcessBuilder hook = new ProcessBuilder("flock", "-n", file.toString(), "true");
        try (DomainLocks.Held held = locks.take("u", Duration.ZERO).orElseThrow()) {
            assertThat(hook.start().waitFor())
                    .as("the hook gets no lock that the agent has")
                    .isEqualTo(1);
        }
        assertThat(hook.start().waitFor()).as("it gets it afterwards").isZero();
        Process holds = new ProcessBuilder("flock", file.toString(), "sh", "-c", "echo held; cat").start();
        try {
            assertThat(holds.inputReader().readLine()).isEqualTo("held");
            assertThat(locks.take("u", Duration.ZERO))
                    .as("the agent gets no lock that the hook has")
                    .isEmpty();
        } finally {
            holds.outputWriter().close();
            holds.waitFor();
        }
        assertThat(locks.take("u", Duration.ZERO)).isPresent();
    }
}
