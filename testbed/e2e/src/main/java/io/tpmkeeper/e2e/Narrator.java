package io.tpmkeeper.e2e;

import java.util.List;

/** Hears what the steps do, for people. */
public interface Narrator {
    void step(int number, String title);

    /** What happens now, or what was seen. */
    void tells(String what);

    /** The command that does or shows it, for people to try themselves. */
    void command(String command);

    /** What a guest, or a command, said. */
    void said(String who, List<String> lines);
}
