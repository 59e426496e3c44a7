package io.tpmkeeper.e2e;

import java.util.List;

/** Hears what the steps do, for people. */
public interface Narrator {
    /** Says nothing: a test's result is enough. */
    Narrator SILENT = new Narrator() {
        @Override
        public void step(int number, String title) {}

        @Override
        public void tells(String what) {}

        @Override
        public void command(String command) {}

        @Override
        public void said(String who, List<String> lines) {}
    };

    void step(int number, String title);

    /** What happens now, or what was seen. */
    void tells(String what);

    /** The command that does or shows it, for people to try themselves. */
    void command(String command);

    /** What a guest, or a command, said. */
    void said(String who, List<String> lines);
}
