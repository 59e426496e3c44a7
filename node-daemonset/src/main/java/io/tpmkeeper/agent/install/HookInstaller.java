package io.tpmkeeper.agent.install;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The installed hook file. A newer one than ours is left alone: a rollback of the agent must not take the hook back. */
public final class HookInstaller {
    private static final Pattern VERSION = Pattern.compile("(?m)^version=([0-9]+\\.[0-9]+\\.[0-9]+)$");

    private final Path target;
    private final String text;
    private final String version;

    /** @param target its name in libvirt's {@code hooks/qemu.d} */
    public HookInstaller(Path target, String text, String version) {
        this.target = target;
        this.text = text;
        this.version = version;
    }

    /** What is installed after {@link #install}. */
    public enum Outcome {
        /** It was there. */
        UNCHANGED,
        /** It was put there, or replaced. */
        INSTALLED,
        /** A newer one is there. */
        NEWER
    }

    public String version() {
        return version;
    }

    /** Where it has to be able to write. */
    String directories() {
        Path directory = Objects.requireNonNull(target.getParent());
        return directory.getParent() + " and " + directory;
    }

    public Optional<String> installedVersion() throws IOException {
        if (!Files.exists(target)) {
            return Optional.empty();
        }
        Matcher matcher = VERSION.matcher(Files.readString(target, StandardCharsets.ISO_8859_1));
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Whole or not at all: libvirt may call it at any moment. */
    public Outcome install() throws IOException {
        Optional<String> there = installedVersion();
        if (there.isPresent() && compare(there.get(), version) > 0) {
            return Outcome.NEWER;
        }
        if (Files.isExecutable(target)
                && Files.readString(target, StandardCharsets.ISO_8859_1)
                        .equals(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))) {
            return Outcome.UNCHANGED;
        }
        Path directory = Objects.requireNonNull(target.getParent());
        Files.createDirectories(directory);
        // Not in qemu.d, where libvirt would call it as a hook of its own.
        Path made = Objects.requireNonNull(directory.getParent()).resolve(".tpm-keeper-hook.new");
        Files.deleteIfExists(made);
        Files.writeString(made, text);
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
        sync(made, StandardOpenOption.WRITE);
        Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
        sync(directory, StandardOpenOption.READ);
        return Outcome.INSTALLED;
    }

    private static void sync(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }

    static int compare(String one, String other) {
        return Arrays.compare(numbers(one), numbers(other));
    }

    private static int[] numbers(String version) {
        return Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
    }
}
