package io.tpmkeeper.agent.hook;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a call told the kernel about files, from strace's output, in order. */
record Trace(List<Event> events) {
    /** @param kind write, fsync or rename. @param path of a rename: the old one. @param to of a rename: the new one, else empty */
    record Event(String kind, String path, String to) {}

    /** The system calls that matter, and descriptors with their paths ({@code -y}). */
    static final List<String> STRACE = List.of(
            "strace", "-f", "-y", "-qq", "-s", "0", "-e", "trace=write,fsync,fdatasync,rename,renameat,renameat2");

    private static final Pattern ON_DESCRIPTOR =
            Pattern.compile("(write|fsync|fdatasync)\\([0-9]+<([^>]*)>.*\\) += [0-9]+$");
    private static final Pattern RENAME = Pattern.compile(
            "rename[a-z0-9]*\\((?:AT_FDCWD[^,]*, )?\"([^\"]*)\", (?:AT_FDCWD[^,]*, )?\"([^\"]*)\".*\\) += 0$");

    static Trace parse(List<String> lines) {
        Map<String, String> unfinished = new HashMap<>();
        List<Event> events = new ArrayList<>();
        for (String line : lines) {
            String process = line.substring(0, Math.max(0, line.indexOf(' ')));
            String rest = line.substring(process.length()).strip();
            if (rest.endsWith("<unfinished ...>")) {
                unfinished.put(process, rest.substring(0, rest.length() - "<unfinished ...>".length()));
                continue;
            }
            if (rest.startsWith("<... ")) {
                rest = unfinished.getOrDefault(process, "") + rest.substring(rest.indexOf('>') + 1);
            }
            Matcher descriptor = ON_DESCRIPTOR.matcher(rest);
            Matcher rename = RENAME.matcher(rest);
            if (descriptor.find()) {
                events.add(new Event(descriptor.group(1).replace("fdatasync", "fsync"), descriptor.group(2), ""));
            } else if (rename.find()) {
                events.add(new Event("rename", rename.group(1), rename.group(2)));
            }
        }
        return new Trace(events);
    }

    /** The index of the rename that put something at this path. @throws AssertionError if there is none, or several */
    int renameTo(String path) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).kind().equals("rename") && events.get(i).to().equals(path)) {
                found.add(i);
            }
        }
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " renames to " + path);
        }
        return found.getFirst();
    }

    /** @throws AssertionError unless the path was fsynced in between, after its last write before {@code until} */
    void demandFsync(String path, int from, int until) {
        int last = -1;
        for (int i = from; i < until; i++) {
            Event event = events.get(i);
            if (event.path().equals(path)) {
                if (event.kind().equals("fsync")) {
                    last = i;
                } else if (event.kind().equals("write")) {
                    last = -1;
                }
            }
        }
        if (last < 0) {
            throw new AssertionError("no fsync of " + path + " before event " + until + ": "
                    + events.get(Math.min(until, events.size() - 1)));
        }
    }

    /** What lies at {@code published} in the end was durable, each of {@code files} below it, before it got there; and then its name. */
    void demandPublished(String published, List<String> files, int nameDurableBefore) {
        int rename = renameTo(published);
        String old = events.get(rename).path();
        if (files.isEmpty()) {
            demandFsync(old, 0, rename);
        }
        for (String file : files) {
            demandFsync(file.isEmpty() ? old : old + "/" + file, 0, rename);
        }
        demandFsync(published.substring(0, published.lastIndexOf('/')), rename, nameDurableBefore);
    }

    int size() {
        return events.size();
    }
}
