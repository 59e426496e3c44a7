package io.tpmkeeper.api;

/**
 * What a decision says of one condition, before anybody looked at the clock: {@link Conditions#stamp} makes a {@link Condition}
 * of it.
 *
 * @param message what happened and what to do next
 */
public record Finding(ConditionType type, Condition.Status status, Reason reason, String message) {
    public Finding {
        // A mistake that tests are to find. At run time a wrong pairing is better than no condition at all.
        assert reason.canBeOf(type) : type + " never has the reason " + reason;
    }

    public static Finding yes(ConditionType type, Reason reason, String message) {
        return new Finding(type, Condition.Status.TRUE, reason, message);
    }

    public static Finding no(ConditionType type, Reason reason, String message) {
        return new Finding(type, Condition.Status.FALSE, reason, message);
    }

    public static Finding unknown(ConditionType type, Reason reason, String message) {
        return new Finding(type, Condition.Status.UNKNOWN, reason, message);
    }
}
