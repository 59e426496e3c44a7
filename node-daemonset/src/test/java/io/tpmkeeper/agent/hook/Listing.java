package io.tpmkeeper.agent.hook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A sandbox as text that people read and write: one line a file, sorted by path.
 *
 * <pre>
 * path: key value; key value     a small file; "format 1" and "end" go without saying, and so do the defaults in vm/
 * path = tpm A                   a content of {@link Contents}
 * path -> target                 a symlink
 * path is a fifo, directory      what it says
 * path links other               a second name (only read)
 * </pre>
 *
 * In paths and values {@code @} is the domain's UUID, {@code $S} the sandbox, {@code $BOOT} this boot, {@code $PARENT} the process
 * that calls the hook, {@code $UPTIME} now; {@code <A>} is the digest of tpm A with vars A, {@code <A->} of tpm A alone,
 * {@code {tpm A}} a file's SHA-256 and size. What differs from run to run is written {@code T} (a time) and {@code ID}.
 */
final class Listing {
    private static final List<String> NAMES = List.of("A", "B", "C", "D");
    private static final Pattern SYMBOL = Pattern.compile("<([A-D])(-?)>|\\{([a-z]+ [A-D])}");
    private static final Pattern RANDOM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static final String VM_DEFAULTS =
            "record -; epoch 0; order -; line none; how -; tip none; at -; seq 0; run 0; "
                    + "run-record -; run-epoch 0; run-boot -; run-kind -; run-from none; run-online no; run-started no; run-state -; "
                    + "run-how -; run-entry -; run-void no; run-opened 0";

    private final Sandbox sandbox;
    private final Map<String, String> meanings = new LinkedHashMap<>();

    Listing(Sandbox sandbox) throws IOException {
        this.sandbox = sandbox;
        meanings.put("$S", sandbox.top().toString());
        meanings.put("$BOOT", Places.boot());
        meanings.put("$PARENT", Places.parent());
        meanings.put("@", Sandbox.UUID);
    }

    /** Makes what the text says. */
    void write(String text) throws IOException {
        for (String line : text.lines().toList()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                writeLine(line);
            }
        }
    }

    private void writeLine(String line) throws IOException {
        Matcher matcher =
                Pattern.compile("([^ ]+?)(: ?| = | -> | is a | links )(.*)").matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a line of a listing: " + line);
        }
        Path file = sandbox.path(meant(matcher.group(1)));
        String value = matcher.group(3);
        Files.createDirectories(file.getParent());
        switch (matcher.group(2).strip()) {
            case ":" -> Files.writeString(file, small(matcher.group(1), meant(value)));
            case "=" -> Files.write(file, Contents.bytes(meant(value)));
            case "->" -> Files.createSymbolicLink(file, Path.of(meant(value)));
            case "links" -> Files.createLink(file, sandbox.path(meant(value)));
            default -> {
                if (value.equals("directory")) {
                    Files.createDirectories(file);
                } else {
                    mkfifo(file);
                }
            }
        }
    }

    static void mkfifo(Path file) throws IOException {
        try {
            if (new ProcessBuilder("mkfifo", file.toString()).start().waitFor() != 0) {
                throw new IOException("no FIFO could be made: " + file);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static String small(String path, String pairs) {
        Stream<String> lines = Stream.of(pairs.split("; ", -1)).filter(pair -> !pair.isEmpty());
        if (path.startsWith("keeper/vm/")) {
            Map<String, String> all = new LinkedHashMap<>();
            Stream.of(VM_DEFAULTS.split("; ", -1)).forEach(pair -> all.put(key(pair), pair));
            lines.forEach(pair -> all.put(key(pair), pair));
            lines = all.values().stream();
        }
        return lines.collect(Collectors.joining("\n", "format 1\n", "\nend\n"))
                .replace("format 1\n\nend", "format 1\nend");
    }

    private static String key(String pair) {
        return pair.substring(0, pair.indexOf(' '));
    }

    private String meant(String text) throws IOException {
        String result = text.replace("$UPTIME", Long.toString(Places.uptime()));
        for (Map.Entry<String, String> meaning : meanings.entrySet()) {
            result = result.replace(meaning.getKey(), meaning.getValue());
        }
        return SYMBOL.matcher(result).replaceAll(Listing::symbol);
    }

    private static String symbol(java.util.regex.MatchResult match) {
        if (match.group(3) != null) {
            return Contents.mark(match.group(3));
        }
        return Contents.digest("tpm " + match.group(1), match.group(2).isEmpty() ? "vars " + match.group(1) : "-");
    }

    /** What is there now. Directories of ours that hold nothing, locks, configuration and the test's own files go without saying. */
    String read() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String part : List.of("keeper", "run", "swtpm", "nvram")) {
            try (Stream<Path> all = Files.walk(sandbox.path(part))) {
                for (Path path : all.sorted().toList()) {
                    readFile(path).ifPresent(lines::add);
                }
            }
        }
        return lines.stream().collect(Collectors.joining("\n", "", "\n"));
    }

    private java.util.Optional<String> readFile(Path file) throws IOException {
        String path = symbolic(sandbox.top().relativize(file).toString());
        if (path.startsWith("keeper/lock") || path.equals("keeper/config")) {
            return java.util.Optional.empty();
        }
        if (Files.isSymbolicLink(file)) {
            return java.util.Optional.of(
                    path + " -> " + symbolic(Files.readSymbolicLink(file).toString()));
        }
        if (Files.isDirectory(file)) {
            return path.endsWith(".new") ? java.util.Optional.of(path + " is a directory") : java.util.Optional.empty();
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return java.util.Optional.of(path + " is a fifo");
        }
        byte[] bytes = Files.readAllBytes(file);
        return java.util.Optional.of(content(path, bytes));
    }

    private String content(String path, byte[] bytes) {
        for (String name : NAMES) {
            for (String kind : List.of("tpm ", "torn ", "vars ")) {
                if (java.util.Arrays.equals(Contents.bytes(kind + name), bytes)) {
                    return path + " = " + kind + name;
                }
            }
        }
        if (bytes.length == 0) {
            return path + " = empty";
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (text.startsWith("format 1\n") && text.contains("\nend\n")) {
            return path + ": " + pairs(path, text);
        }
        if (text.equals(Sandbox.xml(Sandbox.NAME, Sandbox.UUID))) {
            return path + " = the XML";
        }
        return path + " = "
                + (bytes.length < 500 && bytes[0] > 31 ? "text " + symbolic(text.strip()) : bytes.length + " bytes");
    }

    private String pairs(String path, String text) {
        List<String> defaults = path.startsWith("keeper/vm/") ? List.of(VM_DEFAULTS.split("; ", -1)) : List.of();
        String body = text.substring("format 1\n".length(), text.indexOf("\nend\n") + 1);
        String xml = text.substring(text.indexOf("\nend\n") + 5);
        String pairs = body.lines()
                .filter(pair -> !defaults.contains(pair))
                .map(this::symbolic)
                .map(pair -> pair.replaceAll(" [0-9]{10}$", " T"))
                .collect(Collectors.joining("; "));
        return xml.isEmpty()
                ? pairs
                : pairs + (xml.equals(Sandbox.xml(Sandbox.NAME, Sandbox.UUID)) ? " and the XML" : " and " + xml);
    }

    /** The same text with names for what they mean. */
    String symbolic(String text) {
        String result = text;
        for (Map.Entry<String, String> meaning : meanings.entrySet()) {
            result = result.replace(meaning.getValue(), meaning.getKey());
        }
        for (String name : NAMES) {
            result = result.replace(Contents.digest("tpm " + name, "vars " + name), "<" + name + ">")
                    .replace(Contents.digest("tpm " + name, "-"), "<" + name + "->");
            for (String kind : List.of("tpm ", "torn ", "vars ")) {
                result = result.replace(Contents.mark(kind + name), "{" + kind + name + "}");
            }
        }
        return RANDOM.matcher(result).replaceAll("ID");
    }
}
