package io.tpmkeeper.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads the fields of one JSON object; each that is missing or ill-formed is refused by its name, never by its value. */
final class JsonFields {
    private static final String UUID_FORM = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    private static final int MAX_ENTRIES = 32;

    private final JsonNode node;
    private final String path;

    JsonFields(JsonNode node, String path) throws RefusedException {
        this.node = node;
        this.path = path;
        if (!node.isObject()) {
            throw new RefusedException(
                    Reason.MANIFEST_FIELD_INVALID,
                    "The manifest's " + (path.isEmpty() ? "root" : "field " + path) + " is no object.");
        }
    }

    /** Whether the field is there; null counts as absent. */
    boolean has(String name) {
        return node.hasNonNull(name);
    }

    long number(String name) throws RefusedException {
        JsonNode value = node.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw invalid(name, "is not a whole number from 0 on");
        }
        return value.longValue();
    }

    String text(String name, String form) throws RefusedException {
        JsonNode value = node.path(name);
        if (!value.isTextual() || !value.textValue().matches(form)) {
            throw invalid(name, "is missing or not of the form " + form);
        }
        return value.textValue();
    }

    Optional<String> optionalText(String name, String form) throws RefusedException {
        return has(name) ? Optional.of(text(name, form)) : Optional.empty();
    }

    /** One of these values, by its word. */
    <T> T word(String name, T[] values, Function<T, String> word) throws RefusedException {
        String text = node.path(name).asText();
        return Arrays.stream(values)
                .filter(value -> word.apply(value).equals(text))
                .findFirst()
                .orElseThrow(() -> invalid(
                        name, "is none of " + Arrays.stream(values).map(word).collect(Collectors.joining(", "))));
    }

    UUID uuid(String name) throws RefusedException {
        return UUID.fromString(text(name, UUID_FORM));
    }

    Instant instant(String name) throws RefusedException {
        try {
            return Instant.parse(text(name, "[0-9TZ:.-]{1,40}"));
        } catch (DateTimeParseException e) {
            // The parser's message quotes its input.
            throw invalid(name, "is not a time such as 2026-01-31T12:00:00Z");
        }
    }

    JsonFields object(String name) throws RefusedException {
        return new JsonFields(node.path(name), full(name));
    }

    JsonNode array(String name) throws RefusedException {
        JsonNode value = node.path(name);
        if (!value.isArray() || value.size() > MAX_ENTRIES) {
            throw invalid(name, "is not a list of at most " + MAX_ENTRIES);
        }
        return value;
    }

    /** All fields of the object, which must be texts. */
    SortedMap<String, String> texts(String nameForm, String valueForm) throws RefusedException {
        SortedMap<String, String> texts = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!field.getKey().matches(nameForm)
                    || !field.getValue().isTextual()
                    || !field.getValue().textValue().matches(valueForm)
                    || texts.size() == MAX_ENTRIES) {
                throw new RefusedException(
                        Reason.MANIFEST_FIELD_INVALID,
                        "The manifest's field " + path + " is not a map of at most " + MAX_ENTRIES + " short texts.");
            }
            texts.put(field.getKey(), field.getValue().textValue());
        }
        return texts;
    }

    private String full(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    RefusedException invalid(String name, String what) {
        return new RefusedException(
                Reason.MANIFEST_FIELD_INVALID, "The manifest's field " + full(name) + " " + what + ".");
    }
}
