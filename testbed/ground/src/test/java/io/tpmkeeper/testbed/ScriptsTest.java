package io.tpmkeeper.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScriptsTest {
    private static final List<String> DIRECTORIES = List.of(
            "bin",
            "shell",
            "guest",
            "kubernetes",
            "outside",
            "virtqemud",
            "../.ci",
            "../images",
            "../charts",
            "../docs/removal");

    @Test
    void shellcheck_has_nothing_to_say_of_the_scripts() throws IOException {
        Path testbed = Path.of("..").toRealPath();
        List<String> command = new ArrayList<>(List.of("shellcheck"));
        for (String directory : DIRECTORIES) {
            try (Stream<Path> files = Files.list(testbed.resolve(directory))) {
                files.filter(ScriptsTest::isScript).map(Path::toString).forEach(command::add);
            }
        }
        Result.of(new ProcessBuilder(command).directory(testbed.toFile())).orThrow();
    }

    private static boolean isScript(Path file) {
        try {
            // What is sourced has no first line that says so; a directive in it tells shellcheck the shell.
            return Files.isRegularFile(file)
                    && (file.toString().endsWith(".bash")
                            || Files.readString(file).startsWith("#!"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
