package io.tpmkeeper.protocol.hostfile;

import io.tpmkeeper.protocol.Digest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The lines of one file between {@code format 1} and {@code end}. */
final class KeyValues {
    private static final String FIRST = "format 1";
    private static final String LAST = "end";
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,17}");
    private static final String NOTHING = "-";

    private final Map<String, String> values;

    private KeyValues(Map<String, String> values) {
        this.values = values;
    }

    /** The lines between first and last one, of a file that ends in a line feed. */
    static List<String> lines(String text) throws UnreadableException {
        if (!text.endsWith("\n")) {
            throw new UnreadableException("the last line is torn");
        }
        List<String> all = List.of(text.substring(0, text.length() - 1).split("\n", -1));
        if (!all.getFirst().equals(FIRST)) {
            throw new UnreadableException("the first line is not \"" + FIRST + "\"");
        }
        if (all.size() < 2 || !all.getLast().equals(LAST)) {
            throw new UnreadableException("the last line is not \"" + LAST + "\"");
        }
        return all.subList(1, all.size() - 1);
    }

    static KeyValues read(String text, String... keys) throws UnreadableException {
        List<String> lines = lines(text);
        if (lines.size() != keys.length) {
            throw new UnreadableException(
                    "%d lines where %d are expected".formatted(lines.size() + 2, keys.length + 2));
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < keys.length; i++) {
            String line = lines.get(i);
            if (!line.startsWith(keys[i] + " ") || line.length() == keys[i].length() + 1) {
                throw new UnreadableException("line %d is not \"%s <value>\"".formatted(i + 2, keys[i]));
            }
            values.put(keys[i], line.substring(keys[i].length() + 1));
        }
        return new KeyValues(values);
    }

    static Writer writer() {
        return new Writer();
    }

    String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("no such key: " + key);
        }
        return value;
    }

    @Nullable
    String textOrNull(String key) {
        String value = text(key);
        return value.equals(NOTHING) ? null : value;
    }

    long number(String key) throws UnreadableException {
        String value = text(key);
        if (!NUMBER.matcher(value).matches()) {
            throw new UnreadableException(key + " is not a number");
        }
        return Long.parseLong(value);
    }

    @Nullable
    Long numberOrNull(String key) throws UnreadableException {
        return textOrNull(key) == null ? null : (Long) number(key);
    }

    boolean yes(String key) throws UnreadableException {
        return switch (text(key)) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw new UnreadableException(key + " is neither yes nor no");
        };
    }

    /** A digest where {@code nothing} is the word for its absence. */
    @Nullable
    Digest digest(String key, String nothing) throws UnreadableException {
        return text(key).equals(nothing) ? null : word(key, Digest::new);
    }

    /** A value that {@code parse} accepts, or refuses by IllegalArgumentException. */
    <T> T word(String key, Function<String, T> parse) throws UnreadableException {
        try {
            return parse.apply(text(key));
        } catch (IllegalArgumentException e) {
            throw new UnreadableException(key + " has a value that it cannot have");
        }
    }

    <T> @Nullable T wordOrNull(String key, Function<String, T> parse) throws UnreadableException {
        return textOrNull(key) == null ? null : word(key, parse);
    }

    /** Puts the lines together. */
    static final class Writer {
        private final StringBuilder text = new StringBuilder(FIRST).append('\n');

        Writer put(String key, @Nullable Object value) {
            return line(key, value == null ? NOTHING : value.toString());
        }

        Writer put(String key, boolean value) {
            return line(key, value ? "yes" : "no");
        }

        Writer line(String key, String value) {
            if (value.isEmpty() || value.indexOf('\n') >= 0) {
                throw new IllegalArgumentException(key + " is empty or has a line break");
            }
            text.append(key).append(' ').append(value).append('\n');
            return this;
        }

        String end() {
            return text.append(LAST).append('\n').toString();
        }
    }
}
