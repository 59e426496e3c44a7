package io.tpmkeeper.e2e;

import io.tpmkeeper.testbed.Enclosure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Writes the story beside the daemons' logs, with the time of each line: for whoever looks for what went wrong. */
final class Log implements Narrator {
    private final Path file = Enclosure.required().logs().resolve("story.log");

    @Override
    public void step(int number, String title) {
        write(number + ". " + title);
    }

    @Override
    public void tells(String what) {
        write(what);
    }

    @Override
    public void command(String command) {
        write("$ " + command);
    }

    @Override
    public void said(String who, List<String> lines) {
        lines.forEach(line -> write(who + "| " + line));
    }

    private void write(String line) {
        try {
            Files.writeString(
                    file,
                    LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " " + line + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
