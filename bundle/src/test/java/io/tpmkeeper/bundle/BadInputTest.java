package io.tpmkeeper.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A new case is a new directory: {@code in-recipe.txt} (see {@link Recipe}) and {@code out-refusal.txt}. */
class BadInputTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void badInputGetsItsNamedRefusal(Path directory) throws IOException {
        Checked<?> checked = new Recipe().run(Files.readString(directory.resolve("in-recipe.txt")));

        assertThat(Fixtures.refused(checked) + "\n").isEqualTo(Files.readString(directory.resolve("out-refusal.txt")));
    }

    @Test
    void everyReasonHasACase() throws IOException, URISyntaxException {
        Set<Reason> missing = EnumSet.allOf(Reason.class);
        for (Path directory : cases().toList()) {
            String line = Files.readString(directory.resolve("out-refusal.txt"));
            missing.removeIf(reason -> line.startsWith(reason.text() + ": "));
        }

        assertThat(missing).isEmpty();
        assertThat(Arrays.stream(Reason.values()).map(Reason::text)).doesNotHaveDuplicates();
    }

    static Stream<Path> cases() throws IOException, URISyntaxException {
        Path root = Path.of(Objects.requireNonNull(BadInputTest.class.getResource("/bad-input"))
                .toURI());
        try (Stream<Path> directories = Files.list(root)) {
            List<Path> sorted = directories.sorted().toList();
            return sorted.stream();
        }
    }
}
