package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A length of time as Kubernetes users write it: {@code 10m}, {@code 1h30m}, {@code 45s}. */
public record Interval(@JsonValue String text) {
    private static final Pattern FORM = Pattern.compile("(?:(\\d{1,6})h)?(?:(\\d{1,6})m)?(?:(\\d{1,6})s)?");

    /** @throws IllegalArgumentException if it is not hours, minutes and seconds in this order, at least one of them */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Interval {
        if (text.isEmpty() || !FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("not a length of time such as 10m or 1h30m: " + text);
        }
    }

    public Duration length() {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalStateException(text);
        }
        return Duration.ofHours(part(parts, 1)).plusMinutes(part(parts, 2)).plusSeconds(part(parts, 3));
    }

    private static long part(Matcher parts, int group) {
        String digits = parts.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }

    @Override
    public String toString() {
        return text;
    }
}
