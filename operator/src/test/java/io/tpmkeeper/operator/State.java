package io.tpmkeeper.operator;

import io.tpmkeeper.bundle.BundleReader;
import io.tpmkeeper.bundle.Checked;
import io.tpmkeeper.bundle.FileKind;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** Real state, and other states made from it that are as well-formed. */
record State(byte[] tpm, byte[] nvram) {
    private static final UUID OF = UUID.fromString("5f0c1a52-7d0e-4b7e-9a59-3f3c5d5f2f10");

    static State blank() {
        Map<String, byte[]> data = new HashMap<>();
        for (String name : new String[] {"manifest.json", "tpm.tar.zst", "nvram.tar.zst"}) {
            try (InputStream in =
                    Objects.requireNonNull(State.class.getResourceAsStream("/generation-vector/" + name))) {
                data.put(name, in.readAllBytes());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        if (new BundleReader().verify(data, Map.of(), OF)
                instanceof Checked.Accepted<BundleReader.VerifiedBundle>(BundleReader.VerifiedBundle whole)) {
            return new State(
                    Objects.requireNonNull(whole.contents().get(FileKind.TPM)),
                    Objects.requireNonNull(whole.contents().get(FileKind.NVRAM)));
        }
        throw new AssertionError("the fixture is refused");
    }

    /** The same with one byte of the TPM's payload changed, which swtpm's format does not notice. */
    State changed(int by) {
        byte[] next = tpm.clone();
        next[next.length / 2] += (byte) by;
        return new State(next, nvram);
    }
}
