package io.tpmkeeper.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to a bundle's bytes: it is refused by name, or it is still the very same state. */
class BundleFuzzTest {
    private static final int MUTATIONS = 1500;
    private static final Map<String, byte[]> GOOD = Map.copyOf(Fixtures.bundle().toSecretData());

    private static final byte[] VARS = Fixtures.vars("4m");

    private final BundleReader reader = new BundleReader();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void mutatedBundleIsRefusedOrUnchanged(long seed) {
        Random random = new Random(seed);
        int refusals = 0;
        for (int n = 0; n < MUTATIONS; n++) {
            Map<String, byte[]> data = new HashMap<>(GOOD);
            List<String> keys = new ArrayList<>(new TreeMap<>(data).keySet());
            String key = keys.get(random.nextInt(keys.size()));
            byte[] good = GOOD.getOrDefault(key, new byte[0]);
            data.put(key, mutated(good, random));

            switch (reader.verify(data, Map.of(), Fixtures.DOMAIN)) {
                case Checked.Refused<BundleReader.VerifiedBundle>(Refusal refusal) -> {
                    assertThat(refusal.message()).isNotBlank();
                    refusals++;
                }
                case Checked.Accepted<BundleReader.VerifiedBundle>(BundleReader.VerifiedBundle verified) -> {
                    assertThat(verified.contents().get(FileKind.TPM)).isEqualTo(Fixtures.permall());
                    assertThat(verified.contents().get(FileKind.NVRAM)).isEqualTo(VARS);
                }
            }
        }
        // Most fields of the manifest may say something else; archives may not differ in anything.
        assertThat(refusals).isGreaterThan(MUTATIONS / 2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void mutatedFilesNeverMakeTheChecksFail(long seed) {
        Random random = new Random(seed);
        byte[] permall = Fixtures.permall();
        byte[] header = Arrays.copyOf(VARS, 200);
        for (int n = 0; n < 20_000; n++) {
            assertThat(PermallCheck.check(mutated(permall, random))).isNotNull();
            assertThat(NvramCheck.check(mutated(header, random))).isNotNull();
        }
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        // Headers decide most, so half of all changes hit the first bytes.
        int range = random.nextBoolean() ? Math.min(bytes.length, 40) : bytes.length;
        return switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(600));
            case 2 -> {
                bytes[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
                yield bytes;
            }
            case 3 -> {
                int at = random.nextInt(range);
                int end = Math.min(bytes.length, at + 1 + random.nextInt(16));
                for (int i = at; i < end; i++) {
                    bytes[i] = (byte) random.nextInt();
                }
                yield bytes;
            }
            default -> {
                int from = random.nextInt(bytes.length);
                int to = random.nextInt(bytes.length);
                int length = random.nextInt(bytes.length - Math.max(from, to));
                System.arraycopy(good, from, bytes, to, length);
                yield bytes;
            }
        };
    }
}
