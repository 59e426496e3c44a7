package io.tpmkeeper.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A certificate authority of one control plane, and what it signs. The keys live as long as the enclosure. */
final class Pki {
    private static final String VALID_DAYS = "3650";

    private final Path directory;

    private Pki(Path directory) {
        this.directory = directory;
    }

    static Pki in(Path directory) {
        try {
            Pki pki = new Pki(Files.createDirectories(directory));
            pki.newKey("ca");
            pki.openssl(
                    "req -x509 -new -key ca.key -subj /CN=tpm-keeper-testbed -days " + VALID_DAYS + " -out ca.crt",
                    "-addext",
                    "keyUsage=critical,keyCertSign,cRLSign,digitalSignature");
            pki.newKey("service-account");
            return pki;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path authority() {
        return directory.resolve("ca.crt");
    }

    /** Signs and checks the tokens of service accounts. */
    Path serviceAccountKey() {
        return directory.resolve("service-account.key");
    }

    KeyPair serving(String name, String alternativeNames) {
        return sign(name, "/CN=" + name, "extendedKeyUsage=serverAuth\nsubjectAltName=" + alternativeNames);
    }

    /** A client certificate as the API server reads it: the common name is the user, organizations are its groups. */
    KeyPair client(String fileName, String user, List<String> groups) {
        String subject = groups.stream().map(group -> "/O=" + group).collect(Collectors.joining()) + "/CN=" + user;
        return sign(fileName, subject, "extendedKeyUsage=clientAuth");
    }

    // One at a time: openssl keeps the next serial number in a file.
    private synchronized KeyPair sign(String name, String subject, String extensions) {
        newKey(name);
        try {
            Files.writeString(
                    directory.resolve(name + ".ext"),
                    "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n" + extensions + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        openssl("req -new -key " + name + ".key -out " + name + ".csr", "-subj", subject);
        openssl("x509 -req -in " + name + ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -days " + VALID_DAYS
                + " -extfile " + name + ".ext -out " + name + ".crt");
        return new KeyPair(directory.resolve(name + ".crt"), directory.resolve(name + ".key"));
    }

    private void newKey(String name) {
        openssl("ecparam -name prime256v1 -genkey -noout -out " + name + ".key");
    }

    private void openssl(String words, String... more) {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(words.split(" ")));
        Stream.of(more).forEach(command::add);
        Result.of(new ProcessBuilder(command).directory(directory.toFile())).orThrow();
    }

    record KeyPair(Path certificate, Path key) {
        String certificateBase64() {
            return base64(certificate);
        }

        String keyBase64() {
            return base64(key);
        }
    }

    static String base64(Path file) {
        try {
            return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
