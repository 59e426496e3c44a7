package io.tpmkeeper.api;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Makes the conditions of a status out of findings. */
public final class Conditions {
    /** The schema's limit; a status that exceeds it would be refused whole. */
    static final int MESSAGE_LIMIT = 4096;

    private Conditions() {}

    /**
     * The conditions to write: exactly those found, in their order; one that is not found any more goes.
     * {@code lastTransitionTime} stays what it was unless {@code status} changes.
     *
     * @throws IllegalArgumentException if one type was found twice: that is a mistake in the decision
     */
    public static List<Condition> stamp(List<Condition> before, List<Finding> found, long generation, Instant now) {
        Set<ConditionType> seen = EnumSet.noneOf(ConditionType.class);
        for (Finding finding : found) {
            if (!seen.add(finding.type())) {
                throw new IllegalArgumentException("found twice: " + finding.type());
            }
        }
        return found.stream().map(f -> stamped(before, f, generation, now)).toList();
    }

    private static Condition stamped(List<Condition> before, Finding found, long generation, Instant now) {
        String since = Condition.find(before, found.type())
                .filter(c -> c.status() == found.status())
                .map(Condition::lastTransitionTime)
                .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
        return new Condition(
                found.type().toString(),
                found.status(),
                generation,
                since,
                found.reason().toString(),
                shortened(found.message()));
    }

    private static String shortened(String message) {
        if (message.codePointCount(0, message.length()) <= MESSAGE_LIMIT) {
            return message;
        }
        return message.substring(0, message.offsetByCodePoints(0, MESSAGE_LIMIT - 1)) + "…";
    }
}
