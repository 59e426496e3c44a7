package io.tpmkeeper.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StateDigestTest {
    @ParameterizedTest
    @MethodSource("vectors")
    void digestIsTheOneThatEveryPartOfTheProjectComputes(String vector) {
        List<String> words = Arrays.asList(vector.split(" "));
        Map<FileKind, byte[]> contents = new EnumMap<>(FileKind.class);
        put(contents, FileKind.TPM, words.get(0));
        put(contents, FileKind.NVRAM, words.get(1));

        assertThat(StateDigest.of(contents).hex()).isEqualTo(words.get(2));
    }

    @Test
    void digestDoesNotDependOnTheOrderInWhichFilesAreNamed() {
        StateDigest.Line tpm = StateDigest.Line.of(FileKind.TPM, new byte[] {1});
        StateDigest.Line vars = StateDigest.Line.of(FileKind.NVRAM, new byte[] {2});

        assertThat(StateDigest.ofLines(List.of(vars, tpm))).isEqualTo(StateDigest.ofLines(List.of(tpm, vars)));
    }

    static Stream<String> vectors() {
        return Fixtures.text("digest-vectors.txt").lines().filter(line -> !line.startsWith("#"));
    }

    private static void put(Map<FileKind, byte[]> contents, FileKind kind, String hex) {
        if (!hex.equals("-")) {
            contents.put(
                    kind, hex.equals("empty") ? new byte[0] : HexFormat.of().parseHex(hex));
        }
    }
}
