package io.tpmkeeper.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One boot's serial console. Ends when QEMU does. */
final class GuestConsole implements AutoCloseable {
    private static final String MARK = "GUEST: ";

    /** Either a line that the guest said, or the end of the console. */
    private sealed interface Heard {
        record Said(String line) implements Heard {}

        record End() implements Heard {}
    }

    private final SocketChannel channel;
    private final LinkedBlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private final Queue<String> transcript = new ConcurrentLinkedQueue<>();

    private GuestConsole(SocketChannel channel) {
        this.channel = channel;
    }

    static GuestConsole connect(Path socket) {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            GuestConsole console = new GuestConsole(channel);
            Thread.ofVirtual().start(console::listen);
            return console;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void say(String line) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the guest says up to and with the line that is waited for. */
    List<String> hearUntil(Predicate<String> last, Duration limit) {
        List<String> lines = new ArrayList<>();
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            switch (next(deadline)) {
                case Heard.Said(String line) -> {
                    lines.add(line);
                    if (last.test(line)) {
                        return lines;
                    }
                }
                case Heard.End() -> throw new IllegalStateException("the guest's console ended" + soFar());
            }
        }
    }

    void hearEnd(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (next(deadline) instanceof Heard.Said) {
            continue;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Heard next(long deadline) {
        try {
            Heard next = heard.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                throw new IllegalStateException("the guest did not say in time what was waited for" + soFar());
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while listening to the guest", e);
        }
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                transcript.add(line);
                // The firmware's escape sequences stand before the first line.
                int mark = line.indexOf(MARK);
                if (mark >= 0) {
                    heard.add(
                            new Heard.Said(line.substring(mark + MARK.length()).strip()));
                }
            }
        } catch (IOException e) {
            transcript.add("(console not readable any more: " + e.getMessage() + ")");
        } finally {
            heard.add(new Heard.End());
        }
    }

    private String soFar() {
        return "; on its console so far:\n" + String.join("\n", transcript);
    }
}
