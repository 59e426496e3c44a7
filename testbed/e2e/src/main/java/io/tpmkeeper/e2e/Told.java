package io.tpmkeeper.e2e;

import java.io.PrintStream;
import java.util.List;

/** Tells the story to a person at a terminal, or to a file. */
final class Told implements Narrator {
    private static final String RESET = "\u001b[0m";

    private final PrintStream out;
    private final boolean colours;

    Told(PrintStream out, boolean colours) {
        this.out = out;
        this.colours = colours;
    }

    @Override
    public void step(int number, String title) {
        out.printf("%n%s%n", in("\u001b[1;36m", number + ". " + title));
    }

    @Override
    public void tells(String what) {
        out.println("   " + what);
    }

    @Override
    public void command(String command) {
        out.println("   " + in("\u001b[33m", "$ " + command));
    }

    @Override
    public void said(String who, List<String> lines) {
        lines.forEach(line -> out.println("     " + in("\u001b[2m", who + " |") + " " + line));
    }

    void good(String what) {
        out.println(in("\u001b[1;32m", what));
    }

    void bad(String what) {
        out.println(in("\u001b[1;31m", what));
    }

    private String in(String colour, String text) {
        return colours ? colour + text + RESET : text;
    }
}
